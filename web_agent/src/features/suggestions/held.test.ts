import { expect, it } from 'vitest'

import { makeCard, makeList } from '../../../tests/support/calls'
import type { HeldAction } from './held'
import { holding, holdReducer, newCount } from './held'

const one = makeList([makeCard()])
const two = makeList([makeCard(), ...one.cards])
const three = makeList([makeCard(), makeCard(), ...one.cards])
const after = (...actions: HeldAction[]) => actions.reduce(holdReducer, holding(one))

it('shows a new list at once while nobody reads', () => {
  expect(after({ kind: 'arrived', list: two })).toMatchObject({ shown: two, waiting: null })
})

it('keeps still while it is being read and counts what is new', () => {
  const held = after({ kind: 'reading_began' }, { kind: 'arrived', list: two }, { kind: 'arrived', list: three })
  expect(held.shown).toBe(one)
  expect(held.waiting).toBe(three)
  expect(newCount(held)).toBe(2)
})

it('shows what waited when the reader leaves, or asks for it', () => {
  const reading: HeldAction[] = [{ kind: 'reading_began' }, { kind: 'arrived', list: two }]
  expect(after(...reading, { kind: 'reading_ended' })).toEqual({ shown: two, waiting: null, isReading: false })
  expect(after(...reading, { kind: 'asked' })).toEqual({ shown: two, waiting: null, isReading: true })
})

it('has nothing to keep still when it shows nothing', () => {
  const empty = holdReducer(holding(makeList([])), { kind: 'reading_began' })
  expect(holdReducer(empty, { kind: 'arrived', list: one }).shown).toBe(one)
})

it('does not call the same cards in another order new', () => {
  const turned = makeList([...two.cards].reverse())
  const held = [{ kind: 'reading_began' } as const, { kind: 'arrived', list: turned } as const].reduce(
    holdReducer,
    holding(two),
  )
  expect(newCount(held)).toBe(0)
})
