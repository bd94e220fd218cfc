import type { ChangeHead } from '@/api/types'

/** Whether the account still has to acknowledge a change. */
export const isDue = (item: ChangeHead): boolean => item.must_read_id !== null && item.acknowledged_at === null
