import { expect, it } from 'vitest'

import { helpAt } from './useHelp'

it('takes one thing away with each level', () => {
  const shown = [3, 2, 1, 0].map((level) => helpAt(level)).map(({ track, steps, details }) => [track, steps, details])
  expect(shown).toEqual([
    [true, true, true],
    [true, true, false],
    [true, false, false],
    [false, false, false],
  ])
})
