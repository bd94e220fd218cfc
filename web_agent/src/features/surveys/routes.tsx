import type { Feature } from '@/ui/feature'

export const surveys: Feature = {
  pages: [
    {
      path: 'surveys',
      permission: 'floor.watch',
      page: async () => (await import('./SurveysPage')).SurveysPage,
      command: 'surveys.nav',
      group: 'telephony',
    },
  ],
}
