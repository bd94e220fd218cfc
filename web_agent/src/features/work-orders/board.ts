import type { BoardColumn, OrderAction, OrderState } from '@/api/types'

export type Step = 'up' | 'down' | 'left' | 'right'

type Cards = readonly { items: readonly Pick<BoardColumn['items'][number], 'id'>[] }[]

/** The card next to one; columns without cards are passed over, and at the edge the card itself stays. */
export function neighbour(columns: Cards, id: string, step: Step): string {
  const column = columns.findIndex((item) => item.items.some((card) => card.id === id))
  const row = columns[column]?.items.findIndex((card) => card.id === id) ?? -1
  if (row < 0) return id
  if (step === 'up' || step === 'down') return columns[column]?.items[row + (step === 'up' ? -1 : 1)]?.id ?? id
  const others = step === 'left' ? columns.slice(0, column).reverse() : columns.slice(column + 1)
  const next = others.find((item) => item.items.length > 0)
  return next?.items[Math.min(row, next.items.length - 1)]?.id ?? id
}

const QUICK: Readonly<Partial<Record<OrderState, readonly OrderAction[]>>> = {
  draft: ['accept'],
  accepted: ['dispatch'],
  returned: ['dispatch'],
  escalated: ['dispatch'],
  dispatched: ['take', 'return'],
  taken: ['arrive', 'return'],
  suspended: [],
}

/** What a dispatcher does from the board; everything else is done on the page of the order. */
export const quickActions = (state: OrderState): readonly OrderAction[] => QUICK[state] ?? []
