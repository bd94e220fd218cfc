import type { Feature } from '@/ui/feature'

export const addresses: Feature = {
  pages: [
    {
      path: 'addresses',
      permission: 'work_orders.read',
      page: async () => (await import('./AddressesPage')).AddressesPage,
      command: 'addresses.nav',
      group: 'orders',
    },
  ],
}
