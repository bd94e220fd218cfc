import { expect, it } from 'vitest'

import { freeId, typedLines } from './sections'

it('reads who says what from the test box', () => {
  expect(typedLines('坐：您好。\n客: 停电了\n\nA: hello\n不是一句')).toEqual([
    { role: 'agent', text: '您好。' },
    { role: 'customer', text: '停电了' },
    { role: 'agent', text: 'hello' },
  ])
})

it('names a new item as no other is named', () => {
  expect(freeId('step', [{ id: 'step_2' }])).toBe('step_3')
})
