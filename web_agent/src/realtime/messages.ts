import type { CallEvent, CallSnapshotEvent, ServerMessage } from '@/api/types'
import { isOver } from '@/realtime/callStates'

export type { ServerMessage }
export type SnapshotMessage = CallSnapshotEvent
export type EventMessage = CallEvent

export const SNAPSHOT_REQUEST = JSON.stringify({ type: 'snapshot.requested' })

/** Reads one text frame; null for a frame that is not a message of this protocol. */
export function parseMessage(frame: string): ServerMessage | null {
  let value: unknown
  try {
    value = JSON.parse(frame)
  } catch {
    return null
  }
  if (typeof value !== 'object' || value === null) return null
  const head = value as Partial<Record<keyof ServerMessage, unknown>>
  if (typeof head.type !== 'string' || typeof head.seq !== 'number' || typeof head.data !== 'object') return null
  return value as ServerMessage
}

/** Whether the call is over by this message: only feedback may follow. */
export function isEndOfCall(message: ServerMessage): boolean {
  return message.type === 'call.ended' || (message.type === 'call.snapshot' && isOver(message.data.call.state))
}
