import { useEffect, useState } from 'react'

/** Late enough that a fast typist asks one question a word. */
const PAUSE_MS = 200

/** The value once it has stood still for a moment; never what an input method still composes. */
export function useSettled<Value>(value: Value, isComposing: boolean): Value {
  const [settled, setSettled] = useState(value)
  useEffect(() => {
    if (isComposing) return
    const timer = setTimeout(() => {
      setSettled(value)
    }, PAUSE_MS)
    return () => {
      clearTimeout(timer)
    }
  }, [value, isComposing])
  return settled
}
