import { expect, test } from 'vitest'

import { offered } from './words'

test('an agent is offered neither what a supervisor decides nor what an outcome decides', () => {
  expect(offered(['review', 'close', 'reopen', 'miss', 'note'], false)).toEqual(['close', 'note'])
  expect(offered(['review', 'close', 'reopen', 'miss', 'note'], true)).toEqual(['review', 'close', 'note'])
})
