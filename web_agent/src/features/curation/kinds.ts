import type { CurationKind } from '@/api/types'

/** Kinds of items, in the order of the filter. */
export const KINDS: readonly CurationKind[] = [
  'unanswered',
  'flag',
  'dismissed',
  'contradiction',
  'check',
  'duplicate',
  'failing',
  'expiring',
  'overdue',
]
