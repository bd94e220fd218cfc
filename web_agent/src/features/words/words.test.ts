import { expect, it } from 'vitest'

import { placeOf, splitWords } from './words'

it('splits words at line breaks and the separators of files', () => {
  expect(splitWords('a\nb | c\u3001d\uff0ce,f;;g\uff1b\n')).toEqual(['a', 'b', 'c', 'd', 'e', 'f', 'g'])
  expect(splitWords(' \n ')).toEqual([])
  expect(splitWords('set top box')).toEqual(['set top box'])
})

it('reads line and field of a refused file', () => {
  expect(placeOf('12.words.3')).toEqual({ line: 12, field: 'words' })
  expect(placeOf('1')).toEqual({ line: 1, field: '' })
})
