import type { Feature } from '@/ui/feature'

export const audit: Feature = {
  pages: [
    {
      path: 'audit',
      permission: 'audit.read',
      page: async () => (await import('./AuditPage')).AuditPage,
      navigation: { label: 'audit.nav', group: 'administration', chord: 'Alt+Y' },
    },
  ],
}
