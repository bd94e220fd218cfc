import { createContext, useContext, useEffect, useState } from 'react'

const TICK_MS = 1_000

/** The server's time, each second anew; `aheadMs` is how far its clock is ahead of this machine's. */
export function useServerNow(aheadMs: number): number {
  const [now, setNow] = useState(() => Date.now())
  useEffect(() => {
    const timer = setInterval(() => {
      setNow(Date.now())
    }, TICK_MS)
    return () => {
      clearInterval(timer)
    }
  }, [])
  return now + aheadMs
}

/** The server's time for every part of the page. */
export const ServerNow = createContext(0)

/** How long ago a moment was, in ms; null stays null. */
export function useSince(): (at: string | null) => number | null {
  const now = useContext(ServerNow)
  return (at) => (at === null ? null : Math.max(0, now - Date.parse(at)))
}
