/** What the server tells an account, whichever page is open (`assist_api/channel/events.py`). */
export type AccountEventType = 'notification.created' | 'agent.state_changed' | 'alert.raised' | 'job.changed'

export interface AccountSnapshot {
  type: 'channel.snapshot'
  at: string
  data: { counts: Readonly<Record<string, number>> }
}

export interface AccountEvent {
  /** The same event may arrive twice. */
  id: string
  type: AccountEventType
  at: string
  data: Readonly<Record<string, string | number | boolean | null>>
}

export type AccountMessage = AccountSnapshot | AccountEvent

const EVENT_TYPES: readonly string[] = [
  'notification.created',
  'agent.state_changed',
  'alert.raised',
  'job.changed',
] satisfies AccountEventType[]

const isObject = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null

/** The message in a frame; null for what this version of the page does not know. */
export function parseAccountMessage(frame: string): AccountMessage | null {
  let value: unknown
  try {
    value = JSON.parse(frame)
  } catch {
    return null
  }
  if (!isObject(value) || !isObject(value.data) || typeof value.type !== 'string') return null
  if (value.type === 'channel.snapshot')
    return isObject(value.data.counts) ? (value as unknown as AccountSnapshot) : null
  if (!EVENT_TYPES.includes(value.type) || typeof value.id !== 'string') return null
  return value as unknown as AccountEvent
}
