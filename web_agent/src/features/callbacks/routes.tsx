import type { Feature } from '@/ui/feature'

export const callbacks: Feature = {
  pages: [
    {
      path: 'callbacks',
      permission: 'work_orders.handle',
      page: async () => (await import('./CallbacksPage')).CallbacksPage,
      navigation: { label: 'callbacks.nav', group: 'calls' },
    },
  ],
}
