import type { Card } from '@/api/types'

/** What a card says; a revision in the knowledge browser says the same. */
export type CardContent = Pick<
  Card,
  'title' | 'script' | 'answer' | 'variants' | 'revision_number' | 'reviewed_on' | 'valid_until' | 'category_path'
>
