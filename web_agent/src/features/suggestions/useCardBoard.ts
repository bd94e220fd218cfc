import { useState } from 'react'

import type { Card, FeedbackRecorded, SuggestionList, Verdict } from '@/api/types'

import { useHeldList } from './useHeldList'

export type Verdicts = ReadonlyMap<string, Verdict>

export function verdictsOf(feedback: readonly FeedbackRecorded[]): Verdicts {
  return new Map(feedback.map((item) => [item.suggestion_id, item.verdict]))
}

export const isSettled = (verdict: Verdict | undefined): boolean => verdict === 'dismissed' || verdict === 'wrong'

/** The open card: the one asked for while it is there, else the first that has not been put away. */
export function openCardOf(cards: readonly Card[], asked: string | null, verdicts: Verdicts): Card | null {
  return (
    cards.find((card) => card.entry_id === asked) ??
    cards.find((card) => !isSettled(verdicts.get(card.suggestion_id))) ??
    null
  )
}

/** What the suggestion panel shows now, and which card of it is open. */
export function useCardBoard(list: SuggestionList, feedback: readonly FeedbackRecorded[]) {
  const held = useHeldList(list)
  const verdicts = verdictsOf(feedback)
  const [asked, setAsked] = useState<string | null>(null)
  const openCard = openCardOf(held.shown.cards, asked, verdicts)
  return { ...held, verdicts, openCard, openEntry: setAsked }
}

export type CardBoard = ReturnType<typeof useCardBoard>
