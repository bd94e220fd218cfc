const MINUTE_MS = 60_000
/** A limit this close is worth a look: half of the shortest arrival promise, 45 minutes. */
const SOON_MINUTES = 22

export interface Remaining {
  kind: 'overdue' | 'soon' | 'running'
  days: number
  hours: number
  minutes: number
}

/** How long until a limit, or since it passed, in whole minutes. */
export function clockOf(dueAt: string, now: number): Remaining {
  const left = Date.parse(dueAt) - now
  const minutes = Math.floor(Math.abs(left) / MINUTE_MS)
  const kind = left < 0 ? 'overdue' : minutes < SOON_MINUTES ? 'soon' : 'running'
  return { kind, days: Math.floor(minutes / 1_440), hours: Math.floor(minutes / 60) % 24, minutes: minutes % 60 }
}
