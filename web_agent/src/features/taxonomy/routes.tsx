import type { Feature } from '@/ui/feature'

export const taxonomy: Feature = {
  pages: [
    {
      path: 'taxonomy',
      permission: 'knowledge.edit',
      page: async () => (await import('./TaxonomyPage')).TaxonomyPage,
      navigation: { label: 'taxonomy.nav', group: 'knowledge', chord: 'Alt+T' },
    },
  ],
}
