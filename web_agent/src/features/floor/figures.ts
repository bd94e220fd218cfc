import type { FloorView } from '@/api/types'

export interface Figures {
  waiting: number
  /** When the call that waits longest joined its queue. */
  longestSince: string | null
  ready: number
  /** Over all queues, weighted by their calls; null when no call left a queue. */
  level: number | null
}

/** The figures of all queues together. */
export function figuresOf({ queues, agents }: Pick<FloorView, 'queues' | 'agents'>): Figures {
  const counted = queues.filter((queue) => queue.service_level !== null)
  const left = counted.reduce((sum, queue) => sum + queue.answered + queue.abandoned, 0)
  const inTime = counted.reduce(
    (sum, queue) => sum + (queue.service_level ?? 0) * (queue.answered + queue.abandoned),
    0,
  )
  const since = queues.flatMap((queue) => (queue.longest_since === null ? [] : [queue.longest_since]))
  return {
    waiting: queues.reduce((sum, queue) => sum + queue.waiting, 0),
    longestSince: since.sort((one, other) => Date.parse(one) - Date.parse(other))[0] ?? null,
    ready: agents.filter((agent) => agent.state === 'ready').length,
    level: left === 0 ? null : inTime / left,
  }
}

/** The end of a category's path says what a call is about; its beginning is the same for many. */
export const topicText = (path: readonly string[]): string => path.slice(-2).join(' › ')
