import type { Feature } from '@/ui/feature'

export const training: Feature = {
  pages: [
    {
      path: 'training',
      permission: 'training.teach',
      page: async () => (await import('./TrainingPage')).TrainingPage,
      navigation: { label: 'training.nav', group: 'training', chord: 'Alt+2' },
      landing: ['trainer'],
    },
    {
      path: 'training/skills',
      permission: 'training.read_results',
      page: async () => (await import('./SkillsPage')).SkillsPage,
      navigation: { label: 'skills.nav', group: 'training' },
    },
    {
      path: 'training/lessons/:lessonId',
      permission: 'training.teach',
      page: async () => (await import('./LessonPage')).LessonPage,
    },
    {
      path: 'training/lessons/:lessonId/results',
      permission: 'training.read_results',
      page: async () => (await import('./ResultsPage')).ResultsPage,
    },
  ],
}
