import type { Feature } from '@/ui/feature'

export const models: Feature = {
  pages: [
    {
      path: 'category-models',
      permission: 'knowledge.edit',
      page: async () => (await import('./ModelsPage')).ModelsPage,
      navigation: { label: 'models.nav', group: 'knowledge', chord: 'Alt+M' },
    },
  ],
}
