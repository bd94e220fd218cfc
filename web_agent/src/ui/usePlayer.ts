import { useRef, useState } from 'react'

export const RATES = [0.75, 1, 1.25, 1.5, 2] as const
export const SKIP_MS = 5_000

export interface Player {
  isPlaying: boolean
  timeMs: number
  rate: number
  hasFailed: boolean
  toggle: () => void
  pause: () => void
  playFrom: (ms: number) => void
  seek: (ms: number) => void
  skip: (ms: number) => void
  setRate: (rate: number) => void
}

/** Drives one `<audio>` element; put `audioProps` on it. */
export function usePlayer(): { player: Player; audioProps: React.ComponentProps<'audio'> } {
  const audio = useRef<HTMLAudioElement>(null)
  const [isPlaying, setIsPlaying] = useState(false)
  const [timeMs, setTimeMs] = useState(0)
  const [rate, setRateState] = useState(1)
  const [hasFailed, setHasFailed] = useState(false)

  const play = () => {
    setHasFailed(false)
    // A browser may refuse to play without a gesture; the button then still shows "play".
    audio.current?.play().catch((error: unknown) => {
      setHasFailed(!(error instanceof DOMException && ['NotAllowedError', 'AbortError'].includes(error.name)))
    })
  }
  const seek = (ms: number) => {
    if (audio.current === null) return
    audio.current.currentTime = Math.max(0, ms) / 1000
    setTimeMs(Math.max(0, ms))
  }
  const player: Player = {
    isPlaying,
    timeMs,
    rate,
    hasFailed,
    seek,
    toggle: () => {
      if (isPlaying) audio.current?.pause()
      else play()
    },
    pause: () => audio.current?.pause(),
    playFrom: (ms) => {
      seek(ms)
      play()
    },
    skip: (ms) => {
      seek((audio.current?.currentTime ?? 0) * 1000 + ms)
    },
    setRate: (next) => {
      if (audio.current !== null) audio.current.playbackRate = next
      setRateState(next)
    },
  }
  const audioProps: React.ComponentProps<'audio'> = {
    ref: audio,
    preload: 'metadata',
    onPlay: () => {
      setIsPlaying(true)
    },
    onPause: () => {
      setIsPlaying(false)
    },
    onEnded: () => {
      setIsPlaying(false)
    },
    onError: () => {
      setHasFailed(true)
    },
    onTimeUpdate: (event) => {
      setTimeMs(event.currentTarget.currentTime * 1000)
    },
  }
  return { player, audioProps }
}
