import type { Feature } from '@/ui/feature'

export const notices: Feature = {
  pages: [
    {
      path: 'notices',
      permission: 'work_orders.read',
      page: async () => (await import('./NoticesPage')).NoticesPage,
      navigation: { label: 'notices.nav', group: 'orders', chord: 'Alt+G' },
    },
  ],
}
