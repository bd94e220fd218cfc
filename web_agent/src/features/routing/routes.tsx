import type { Feature } from '@/ui/feature'

export const routing: Feature = {
  pages: [
    {
      path: 'routing',
      permission: 'routing.read',
      page: async () => (await import('./RoutingPage')).RoutingPage,
      navigation: { label: 'routing.nav', group: 'telephony', chord: 'Alt+1' },
    },
  ],
}
