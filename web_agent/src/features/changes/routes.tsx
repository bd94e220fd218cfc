import type { Feature } from '@/ui/feature'

import { DueBadge } from './DueBadge'

export const changes: Feature = {
  pages: [
    {
      path: 'changes/:revisionId?',
      permission: 'knowledge.read',
      page: async () => (await import('./ChangesPage')).ChangesPage,
      navigation: { label: 'changes.nav', group: 'knowledge', chord: 'Alt+J' },
    },
    {
      path: 'must-reads/:mustReadId?',
      permission: 'must_reads.follow',
      page: async () => (await import('./MustReadsPage')).MustReadsPage,
      navigation: { label: 'changes.follow_nav', group: 'knowledge' },
    },
  ],
  BarTool: DueBadge,
}
