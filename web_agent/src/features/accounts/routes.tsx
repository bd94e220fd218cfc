import type { Feature } from '@/ui/feature'

export const accounts: Feature = {
  pages: [
    {
      path: 'accounts',
      permission: 'accounts.manage',
      page: async () => (await import('./AccountsPage')).AccountsPage,
      navigation: { label: 'accounts.nav', group: 'administration', chord: 'Alt+U' },
    },
  ],
}
