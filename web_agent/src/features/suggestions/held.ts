import type { SuggestionList } from '@/api/types'

/** What the panel shows, and what waits until the reader is done. */
export interface Held {
  shown: SuggestionList
  /** The newest list that has not been shown; older ones are forgotten. */
  waiting: SuggestionList | null
  isReading: boolean
}

export type HeldAction =
  { kind: 'arrived'; list: SuggestionList } | { kind: 'reading_began' } | { kind: 'reading_ended' } | { kind: 'asked' }

export const holding = (shown: SuggestionList): Held => ({ shown, waiting: null, isReading: false })

/** Pure: a list that is being read never changes under the reader's eyes; an empty one has nothing to keep still. */
export function holdReducer(held: Held, action: HeldAction): Held {
  switch (action.kind) {
    case 'arrived':
      if (action.list === held.shown || action.list === held.waiting) return held
      return held.isReading && !isEmpty(held.shown)
        ? { ...held, waiting: action.list }
        : { ...held, shown: action.list, waiting: null }
    case 'reading_began':
      return held.isReading ? held : { ...held, isReading: true }
    case 'reading_ended':
      return { shown: held.waiting ?? held.shown, waiting: null, isReading: false }
    case 'asked':
      return { ...held, shown: held.waiting ?? held.shown, waiting: null }
  }
}

const isEmpty = (list: SuggestionList): boolean => list.cards.length === 0 && list.cases.length === 0

/** How many waiting suggestions the reader has not seen. */
export function newCount({ shown, waiting }: Held): number {
  if (waiting === null) return 0
  const entries = new Set(shown.cards.map((card) => card.entry_id))
  const cases = new Set(shown.cases.map((item) => item.case_id))
  return (
    waiting.cards.filter((card) => !entries.has(card.entry_id)).length +
    waiting.cases.filter((item) => !cases.has(item.case_id)).length
  )
}
