import { useEffect, useRef } from 'react'
import { useSearchParams } from 'react-router'

import type { Utterance } from '@/api/types'
import type { Player } from '@/ui/usePlayer'

/** The sentence that is spoken at the time of an address, which one looks for also where there is no recording. */
export function sentenceAt(address: string, utterances: readonly Utterance[]): Utterance | undefined {
  const wanted = Number(new URLSearchParams(address).get('at') ?? NaN)
  return utterances.findLast((utterance) => utterance.start_ms <= wanted)
}

/** Puts the player of a finished call where the address says (`?at=` in milliseconds), once. */
export function useStart(player: Player, isPlayable: boolean): void {
  const [parameters] = useSearchParams()
  const wanted = Number(parameters.get('at') ?? NaN)
  const isDone = useRef(false)
  const seek = useRef(player.seek)
  useEffect(() => {
    seek.current = player.seek
  })
  useEffect(() => {
    if (isDone.current || !isPlayable || !Number.isFinite(wanted)) return
    isDone.current = true
    seek.current(wanted)
  }, [isPlayable, wanted])
}
