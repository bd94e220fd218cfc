import { expect, it } from 'vitest'

import { addFiles } from './uploads'

const file = (name: string, size = 4) => new File(['x'.repeat(size)], name)

it('takes two files and tells how many it left out', () => {
  const [a, b, c] = [file('a.wav'), file('b.wav'), file('c.wav')]
  expect(addFiles([a], [b, c])).toEqual({ files: [a, b], refused: 1 })
})

it('does not take the same file twice', () => {
  const a = file('a.wav')
  expect(addFiles([a], [file('a.wav')])).toEqual({ files: [a], refused: 0 })
  expect(addFiles([a], [file('a.wav', 9)]).files).toHaveLength(2)
})
