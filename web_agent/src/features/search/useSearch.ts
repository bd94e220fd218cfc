import { useQuery } from '@tanstack/react-query'
import { useEffect, useState } from 'react'

import { searchQuery } from '@/api/queries/search'

/** Soon enough to feel immediate, late enough that a fast typist sends one question a word. */
const PAUSE_MS = 150

/** Searches what is typed after a short pause; never what an input method still composes. */
export function useSearch(callId: string | null) {
  const [text, setText] = useState('')
  const [isComposing, setIsComposing] = useState(false)
  const [asked, setAsked] = useState('')

  useEffect(() => {
    if (isComposing) return
    const timer = setTimeout(() => {
      setAsked(text.trim())
    }, PAUSE_MS)
    return () => {
      clearTimeout(timer)
    }
  }, [text, isComposing])

  const wanted = text.trim() === '' ? '' : asked
  const answer = useQuery(searchQuery({ text: wanted, callId }))
  return {
    text,
    setText,
    setIsComposing,
    isActive: text.trim() !== '',
    answer: wanted === '' ? undefined : answer.data,
    error: wanted === '' ? null : answer.error,
    isSearching: answer.isFetching || asked !== text.trim(),
    retry: answer.refetch,
  }
}

export type Search = ReturnType<typeof useSearch>
