import type { Feature } from '@/ui/feature'

export const curation: Feature = {
  pages: [
    {
      path: 'worth',
      permission: 'curation.work',
      page: async () => (await import('./WorthPage')).WorthPage,
      navigation: { label: 'curation.worth', group: 'knowledge' },
    },
    {
      path: 'curation/:itemId?',
      permission: 'curation.work',
      page: async () => (await import('./CurationPage')).CurationPage,
      navigation: { label: 'curation.nav', group: 'knowledge', chord: 'Alt+Z' },
    },
    {
      path: 'curation/:itemId/draft',
      permission: 'curation.work',
      page: async () => (await import('./DraftPage')).DraftPage,
    },
  ],
}
