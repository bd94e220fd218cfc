import { expect, it } from 'vitest'

import { freeId, typedLines } from './sections'

it('reads who says what from the test box', () => {
  const marks = { agent: ['坐', 'A'], customer: ['客', 'C'] }
  expect(typedLines('坐：您好。\n客: 停电了\n\na: hello\n不是一句', marks)).toEqual([
    { role: 'agent', text: '您好。' },
    { role: 'customer', text: '停电了' },
    { role: 'agent', text: 'hello' },
  ])
})

it('names a new item as no other is named', () => {
  expect(freeId('step', [{ id: 'step_2' }])).toBe('step_3')
})
