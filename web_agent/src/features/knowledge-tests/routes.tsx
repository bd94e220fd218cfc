import type { Feature } from '@/ui/feature'

export const knowledgeTests: Feature = {
  pages: [
    {
      path: 'knowledge/hit-test',
      permission: 'knowledge.edit',
      page: async () => (await import('./HitTestPage')).HitTestPage,
      command: 'hit_test.title',
    },
    {
      path: 'knowledge/tests',
      permission: 'knowledge.edit',
      page: async () => (await import('./TestsPage')).TestsPage,
      command: 'tests.title',
    },
  ],
}
