import { useEffect, useRef } from 'react'

import type { Player } from '@/ui/usePlayer'

export interface Listening {
  isOn: boolean
  toggle: () => void
}

/** Lets the agent hear the recording while it is transcribed, from where the call stands. */
export function useListening(player: Player, heardMs: number, startAtOnce: boolean): Listening {
  const hasStarted = useRef(false)
  const latest = useRef({ player, heardMs })
  useEffect(() => {
    latest.current = { player, heardMs }
  })
  useEffect(() => {
    if (!startAtOnce || hasStarted.current) return
    hasStarted.current = true
    latest.current.player.playFrom(latest.current.heardMs)
  }, [startAtOnce])
  const toggle = () => {
    if (player.isPlaying) player.pause()
    else player.playFrom(heardMs)
  }
  return { isOn: player.isPlaying, toggle }
}
