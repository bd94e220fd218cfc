import type { Feature } from '@/ui/feature'

export const customers: Feature = {
  pages: [
    {
      path: 'customers/:customerId?',
      permission: 'customers.read',
      page: async () => (await import('./CustomersPage')).CustomersPage,
      navigation: { label: 'customers.nav', group: 'orders', chord: 'Alt+B' },
    },
  ],
}
