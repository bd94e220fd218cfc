import type { Feature } from '@/ui/feature'

export const words: Feature = {
  pages: [
    {
      path: 'knowledge/words',
      permission: 'knowledge.read',
      page: async () => (await import('./WordsPage')).WordsPage,
      command: 'words.title',
    },
  ],
}
