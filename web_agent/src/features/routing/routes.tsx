import type { Feature } from '@/ui/feature'

export const routing: Feature = {
  pages: [
    {
      path: 'routing',
      permission: 'routing.read',
      page: async () => (await import('./RoutingPage')).RoutingPage,
      navigation: { label: 'routing.nav', group: 'administration', chord: 'Alt+1' },
    },
  ],
}
