import type { FloorMessage, FloorView } from '@/api/types'

/** The floor, and the wall time (UTC) of the newest message. */
export interface FloorState {
  at: string
  floor: FloorView
}

const isObject = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null

/** The message in a frame; null for what this version of the page does not know. */
export function parseFloorMessage(frame: string): FloorMessage | null {
  let value: unknown
  try {
    value = JSON.parse(frame)
  } catch {
    return null
  }
  if (!isObject(value) || !isObject(value.data) || typeof value.at !== 'string') return null
  return value.type === 'floor.snapshot' || value.type === 'floor.changed' ? (value as unknown as FloorMessage) : null
}

/** The state after a message. A snapshot is the truth; a change replaces the lists that it brings. */
export function applyFloorMessage(state: FloorState | null, message: FloorMessage): FloorState | null {
  if (message.type === 'floor.snapshot') return { at: message.at, floor: message.data }
  if (state === null) return null
  const { exchange, queues, agents, calls, alerts } = message.data
  const { floor } = state
  return {
    at: message.at,
    floor: {
      ...floor,
      exchange: exchange ?? floor.exchange,
      queues: queues ?? floor.queues,
      agents: agents ?? floor.agents,
      calls: calls ?? floor.calls,
      alerts: alerts ?? floor.alerts,
    },
  }
}
