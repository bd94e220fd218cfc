import type { Card } from '@/api/types'

/** The number of a card on the screen, which is also its key; calls from before there were numbers have its place. */
export const numberOf = (card: Card, index: number): number => card.number ?? index + 1

export interface NumberedCard {
  card: Card
  number: number
}

/** The card that leads, then the others by their numbers, so that they keep their places while the ranking changes. */
export function inPlaces(cards: readonly Card[]): NumberedCard[] {
  const [first, ...others] = cards.map((card, index) => ({ card, number: numberOf(card, index) }))
  return first === undefined ? [] : [first, ...others.sort((left, right) => left.number - right.number)]
}
