import { useEffect, useState } from 'react'

const SECOND_MS = 1_000

/** The time of day in milliseconds, anew each second. */
export function useNow(): number {
  const [now, setNow] = useState(() => Date.now())
  useEffect(() => {
    const timer = window.setInterval(() => {
      setNow(Date.now())
    }, SECOND_MS)
    return () => {
      window.clearInterval(timer)
    }
  }, [])
  return now
}
