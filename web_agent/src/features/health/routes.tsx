import type { Feature } from '@/ui/feature'

export const health: Feature = {
  pages: [
    {
      path: 'health',
      permission: 'health.read',
      page: async () => (await import('./HealthPage')).HealthPage,
      navigation: { label: 'health.nav', group: 'administration', chord: 'Alt+H' },
      landing: ['admin'],
    },
  ],
}
