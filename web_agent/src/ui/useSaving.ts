import { useRef, useState } from 'react'

import type { FieldError, Problem } from '@/api/problem'
import { asProblem } from '@/api/problem'

export interface Saving<Input> {
  /** Sends the input, unless an earlier one is still on its way. */
  save: (input: Input) => void
  isPending: boolean
  /** Why the last one was refused; null while one is on its way. */
  problem: Problem | null
  /** What the server said about a field. */
  errorOf: (field: string) => FieldError | null
  /** Forgets the refusal. */
  settle: () => void
}

interface Outcome<Output> {
  onSaved?: (saved: Output) => void
  /** Called before `isPending` ends, so that what it fetches is there with the problem. */
  onRefused?: (problem: Problem) => unknown
}

/**
 * Saves once for each wish: a second press, a held key or a slow line never sends twice, also before the page has drawn
 * anything (a state would be too late for that).
 */
export function useSaving<Input, Output>(
  send: (input: Input) => Promise<Output>,
  { onSaved, onRefused }: Outcome<Output> = {},
): Saving<Input> {
  const isUnderWay = useRef(false)
  const [isPending, setIsPending] = useState(false)
  const [problem, setProblem] = useState<Problem | null>(null)

  const refuse = async (error: unknown) => {
    const refused = asProblem(error)
    setProblem(refused)
    await onRefused?.(refused)
  }
  const save = (input: Input) => {
    if (isUnderWay.current) return
    isUnderWay.current = true
    setIsPending(true)
    setProblem(null)
    void send(input)
      .then((saved) => onSaved?.(saved), refuse)
      .finally(() => {
        isUnderWay.current = false
        setIsPending(false)
      })
  }
  return {
    save,
    isPending,
    problem,
    errorOf: (field) => problem?.fields.find((error) => error.field === field) ?? null,
    settle: () => {
      setProblem(null)
    },
  }
}
