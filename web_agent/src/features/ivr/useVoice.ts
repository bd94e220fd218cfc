import { useEffect, useRef, useState } from 'react'

import { speech } from '@/api/queries/ivr'

/** Plays prompts one after the other, and stops when something else is done. */
export function useVoice() {
  const [problem, setProblem] = useState<unknown>(null)
  const audio = useRef<HTMLAudioElement | null>(null)
  const asked = useRef(0)
  const stop = () => {
    asked.current += 1
    audio.current?.pause()
  }
  useEffect(
    () => () => {
      audio.current?.pause()
    },
    [],
  )
  const say = async (text: string) => {
    stop()
    if (text === '') return
    const mine = asked.current
    try {
      const address = URL.createObjectURL(await speech(text))
      if (mine !== asked.current) return
      setProblem(null)
      audio.current = new Audio(address)
      await audio.current.play()
    } catch (error) {
      setProblem(error)
    }
  }
  return { say, stop, problem }
}
