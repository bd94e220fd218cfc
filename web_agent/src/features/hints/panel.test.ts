import { expect, it } from 'vitest'

import type { CallHint } from '@/api/types'

import { businessTypeOf, newestShown } from './panel'

const hint = (hint_id: string, change: Partial<CallHint> = {}): CallHint => ({
  hint_id,
  kind: 'forbidden',
  key: 'dont_know',
  name: { zh: '不知道', en: 'I do not know' },
  advice: { zh: '我帮您核实', en: 'I will check' },
  segment_id: hint_id,
  span: { start: 0, end: 3 },
  words: '不知道',
  is_held: false,
  tells_supervisor: false,
  dismissed_by: null,
  ...change,
})

it('shows the newest hint that stands and came within the budget, and none in quiet mode', () => {
  const hints = [hint('a'), hint('b'), hint('c', { is_held: true }), hint('d', { dismissed_by: '张班' })]
  expect(newestShown(hints, false)?.hint_id).toBe('b')
  expect(newestShown(hints, true)).toBeNull()
  expect(newestShown([], false)).toBeNull()
})

it('follows the track of a fault while nobody knows the business type', () => {
  expect(businessTypeOf({ chosen_category: null, category: null })).toBe('fault')
})
