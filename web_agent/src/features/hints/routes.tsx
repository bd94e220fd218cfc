import type { Feature } from '@/ui/feature'

export const hints: Feature = {
  pages: [
    {
      path: 'knowledge/hints',
      permission: 'knowledge.read',
      page: async () => (await import('./HintBooksPage')).HintBooksPage,
      command: 'hint_book.title',
      group: 'calls',
    },
  ],
}
