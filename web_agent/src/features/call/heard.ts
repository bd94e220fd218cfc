import { useEffect, useState } from 'react'

import type { CallInfo } from '@/api/types'
import { isRunning } from '@/realtime/callStates'

/** A point of audio time and the wall time at which it was reached. */
export interface Anchor {
  heardMs: number
  at: number
  isRunning: boolean
}

export const isRunningLive = (call: CallInfo): boolean => isRunning(call.state) && call.speed === '1'

/** Audio time now: runs on from the anchor while the call runs, never past the recording's end. */
export function heardAt(anchor: Anchor, now: number, durationMs: number | null): number {
  const heard = anchor.heardMs + (anchor.isRunning ? Math.max(0, now - anchor.at) : 0)
  return durationMs === null ? heard : Math.min(heard, durationMs)
}

/**
 * Moves the anchor to what the server says. While a call runs the shown time never goes back: the server's is that
 * of the last final text, which is always a moment old. After an interruption it starts again where the server does.
 * Without a connection nobody knows whether the call goes on: the time stands still.
 */
export function moveAnchor(anchor: Anchor, call: CallInfo, now: number, isConnected = true): Anchor {
  const isRunning = isRunningLive(call) && isConnected
  const shown = heardAt(anchor, now, call.duration_ms)
  const goesOn = anchor.isRunning && isRunning
  const stands = anchor.isRunning && isRunningLive(call) && !isConnected
  return { heardMs: goesOn || stands ? Math.max(shown, call.heard_ms) : call.heard_ms, at: now, isRunning }
}

const TICK_MS = 250

/** Audio time of a call for the clock on its bar. */
export function useHeardMs(call: CallInfo, isConnected: boolean): number {
  const [anchor, setAnchor] = useState<Anchor>(() => ({
    heardMs: call.heard_ms,
    at: Date.now(),
    isRunning: isRunningLive(call),
  }))
  const [now, setNow] = useState(() => Date.now())
  const { heard_ms: heardMs, state, speed } = call

  useEffect(() => {
    const moment = Date.now()
    // eslint-disable-next-line react-hooks/set-state-in-effect -- rejected: the wall time at which the server's word came in is an outside fact.
    setAnchor((known) => moveAnchor(known, call, moment, isConnected))
    setNow(moment)
    // eslint-disable-next-line react-hooks/exhaustive-deps -- rejected: only these say that the server knows more.
  }, [heardMs, state, speed, isConnected])

  useEffect(() => {
    if (!anchor.isRunning) return
    const timer = setInterval(() => {
      setNow(Date.now())
    }, TICK_MS)
    return () => {
      clearInterval(timer)
    }
  }, [anchor.isRunning])

  return heardAt(anchor, now, call.duration_ms)
}
