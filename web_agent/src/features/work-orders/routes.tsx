import type { Feature } from '@/ui/feature'

export const workOrders: Feature = {
  pages: [
    {
      path: 'work-orders',
      permission: 'work_orders.read',
      page: async () => (await import('./OrdersPage')).OrdersPage,
      navigation: { label: 'orders.nav', group: 'orders', chord: 'Alt+O' },
    },
    {
      path: 'work-orders/board',
      permission: 'work_orders.read',
      page: async () => (await import('./BoardPage')).BoardPage,
      command: 'board.nav',
      group: 'orders',
    },
    {
      path: 'work-orders/first-contact',
      permission: 'work_orders.direct',
      page: async () => (await import('./FirstContactPage')).FirstContactPage,
      command: 'first_contact.nav',
      group: 'orders',
    },
    {
      path: 'complaints',
      permission: 'work_orders.read',
      page: async () => (await import('./ComplaintsPage')).ComplaintsPage,
      command: 'complaints.nav',
      group: 'orders',
    },
    {
      path: 'work-orders/:orderId',
      permission: 'work_orders.read',
      page: async () => (await import('./OrderPage')).OrderPage,
    },
    {
      path: 'calls/:callId/work-order',
      permission: 'work_orders.handle',
      page: async () => (await import('./CallOrderPage')).CallOrderPage,
    },
  ],
}
