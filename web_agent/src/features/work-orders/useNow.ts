import { useEffect, useState } from 'react'

/** Clocks show whole minutes; half a minute late is soon enough. */
const EVERY_MS = 30_000

/** The present moment (`Date.now()`), renewed while the component is shown. */
export function useNow(): number {
  const [now, setNow] = useState(() => Date.now())
  useEffect(() => {
    const timer = setInterval(() => {
      setNow(Date.now())
    }, EVERY_MS)
    return () => {
      clearInterval(timer)
    }
  }, [])
  return now
}
