import type { Feature } from '@/ui/feature'

export const knowledge: Feature = {
  pages: [
    {
      path: 'knowledge/:entryId?',
      permission: 'knowledge.read',
      page: async () => (await import('./BrowserPage')).BrowserPage,
      navigation: { label: 'knowledge.nav', group: 'knowledge', chord: 'Alt+K' },
      landing: ['curator'],
    },
    {
      path: 'knowledge/new',
      permission: 'knowledge.edit',
      page: async () => (await import('./EditorPage')).EditorPage,
      command: 'knowledge.new',
    },
    {
      path: 'knowledge/:entryId/edit',
      permission: 'knowledge.edit',
      page: async () => (await import('./EditorPage')).EditorPage,
    },
  ],
}
