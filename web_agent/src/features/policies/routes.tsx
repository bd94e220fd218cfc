import type { Feature } from '@/ui/feature'

export const policies: Feature = {
  pages: [
    {
      path: 'policies',
      permission: 'policies.manage',
      page: async () => (await import('./PoliciesPage')).PoliciesPage,
      navigation: { label: 'policies.nav', group: 'administration', chord: 'Alt+P' },
    },
  ],
}
