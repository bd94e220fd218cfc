import type { Feature } from '@/ui/feature'

export const imports: Feature = {
  pages: [
    {
      path: 'knowledge/import',
      permission: 'knowledge.edit',
      page: async () => (await import('./ImportsPage')).ImportsPage,
      command: 'import.title',
    },
    {
      path: 'knowledge/import/:importId',
      permission: 'knowledge.edit',
      page: async () => (await import('./ImportPage')).ImportPage,
    },
  ],
}
