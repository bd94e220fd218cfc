import type { Feature } from '@/ui/feature'

export const learning: Feature = {
  pages: [
    {
      path: 'learning',
      permission: 'training.learn',
      page: async () => (await import('./LearningPage')).LearningPage,
      navigation: { label: 'learning.nav', group: 'training', chord: 'Alt+3' },
    },
    {
      path: 'learning/:attemptId',
      permission: 'training.learn',
      page: async () => (await import('./AttemptPage')).AttemptPage,
    },
  ],
}
