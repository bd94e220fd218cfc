import { useEffect, useReducer, useState } from 'react'

import { floorAddress } from '@/api/http'
import type { FloorMessage, FloorView } from '@/api/types'

import { AccountChannel } from './accountChannel'
import type { FloorState } from './floorMessages'
import { applyFloorMessage, parseFloorMessage } from './floorMessages'
import { keepOpen } from './keepOpen'

export interface Floor {
  /** Null until the first snapshot is there. */
  floor: FloorView | null
  /** How far the server's clock is ahead of this machine's, in ms. */
  aheadMs: number
  /** `Date.now()` of the moment when the connection was lost; null while it holds. */
  lostAt: number | null
}

interface Known {
  state: FloorState | null
  aheadMs: number
}

function reduce({ state }: Known, message: FloorMessage): Known {
  return { state: applyFloorMessage(state, message), aheadMs: Date.parse(message.at) - Date.now() }
}

/** The floor, kept true over its socket. */
export function useFloor(): Floor {
  const [known, dispatch] = useReducer(reduce, { state: null, aheadMs: 0 })
  const [lostAt, setLostAt] = useState<number | null>(null)
  useEffect(() => {
    const channel = new AccountChannel({
      open: () => new WebSocket(floorAddress()),
      parse: parseFloorMessage,
      onMessage: (message) => {
        setLostAt(null)
        dispatch(message)
      },
      onLost: () => {
        setLostAt((before) => before ?? Date.now())
      },
    })
    return keepOpen(channel)
  }, [])
  return { floor: known.state?.floor ?? null, aheadMs: known.aheadMs, lostAt }
}
