import type { Feature } from '@/ui/feature'

export const integrations: Feature = {
  pages: [
    {
      path: 'integrations',
      permission: 'integrations.manage',
      page: async () => (await import('./IntegrationsPage')).IntegrationsPage,
      command: 'integrations.nav',
      group: 'administration',
    },
  ],
}
