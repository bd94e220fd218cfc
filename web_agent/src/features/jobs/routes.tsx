import type { Feature } from '@/ui/feature'

export const jobs: Feature = {
  pages: [
    {
      path: 'jobs',
      permission: null,
      page: async () => (await import('./JobsPage')).JobsPage,
      navigation: { label: 'jobs.nav', group: 'administration', chord: 'Alt+5' },
    },
  ],
}
