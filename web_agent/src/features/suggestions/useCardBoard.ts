import { useState } from 'react'

import type { CardSpoken, Card, FeedbackRecorded, SuggestionList, SuggestionWithheld, Verdict } from '@/api/types'

import { useHeldList } from './useHeldList'

export type Verdicts = ReadonlyMap<string, Verdict>

export function verdictsOf(feedback: readonly FeedbackRecorded[]): Verdicts {
  return new Map(feedback.map((item) => [item.suggestion_id, item.verdict]))
}

export const isSettled = (verdict: Verdict | undefined): boolean => verdict === 'dismissed' || verdict === 'wrong'

export type SpokenCards = ReadonlyMap<string, CardSpoken>

/** The open card: the one asked for while it is there, else the first that was neither put away nor read out. */
export function openCardOf(
  cards: readonly Card[],
  asked: string | null,
  verdicts: Verdicts,
  spoken: SpokenCards = new Map(),
): Card | null {
  const isDone = ({ suggestion_id: id }: Card) => isSettled(verdicts.get(id)) || spoken.get(id)?.is_finished === true
  return cards.find((card) => card.entry_id === asked) ?? cards.find((card) => !isDone(card)) ?? null
}

interface CardBoardState {
  list: SuggestionList
  feedback: readonly FeedbackRecorded[]
  withheld: SuggestionWithheld | null
  spoken: readonly CardSpoken[]
  /** The call goes on: cards that were put away leave, and where nothing fits the earlier ones are folded. */
  isLive: boolean
}

/** What the suggestion panel shows now, and which card of it is open. */
export function useCardBoard({ list, feedback, withheld, spoken, isLive }: CardBoardState) {
  const held = useHeldList(list)
  const verdicts = verdictsOf(feedback)
  const spokenCards: SpokenCards = new Map(spoken.map((item) => [item.suggestion_id, item]))
  // A card that was asked for stays open until another card leads, and while it is being read.
  const [asked, setAsked] = useState<{ entryId: string | null; leader: string | undefined } | null>(null)
  const [unfolded, setUnfolded] = useState<string | null>(null)
  const cards = held.shown.cards.filter((card) => !isLive || !isSettled(verdicts.get(card.suggestion_id)))
  const leader = cards[0]?.suggestion_id
  const isFolded = isLive && withheld !== null && !held.isReading && unfolded !== withheld.trigger_segment_id
  const askedEntry = asked !== null && (asked.leader === leader || held.isReading) ? asked.entryId : null
  const openCard = isFolded ? null : openCardOf(cards, askedEntry, verdicts, spokenCards)
  return {
    ...held,
    shown: { ...held.shown, cards },
    verdicts,
    spoken: spokenCards,
    openCard,
    withheld,
    isFolded,
    unfold: () => {
      setUnfolded(withheld?.trigger_segment_id ?? null)
    },
    openEntry: (entryId: string | null) => {
      if (entryId !== null) setUnfolded(withheld?.trigger_segment_id ?? null)
      setAsked({ entryId, leader })
    },
  }
}

export type CardBoard = ReturnType<typeof useCardBoard>
