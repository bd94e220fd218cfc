import fc from 'fast-check'
import { expect, it } from 'vitest'

import { cut, marksOfTerms, slice } from './text'

it('cuts a text at its marks', () => {
  expect(cut('对门有电', [{ start: 2, end: 4, kind: 'exact' }])).toEqual([
    { text: '对门', kind: null },
    { text: '有电', kind: 'exact' },
  ])
})

it('counts code points, not UTF-16 units', () => {
  expect(cut('𠮷有电', [{ start: 1, end: 2, kind: 'pinyin' }])[1]).toEqual({ text: '有', kind: 'pinyin' })
  expect(slice('𠮷有电', { start: 0, end: 2 })).toBe('𠮷有')
})

it('lets the strongest reason win where marks overlap', () => {
  const pieces = cut('停电了', [
    { start: 0, end: 3, kind: 'pinyin' },
    { start: 0, end: 2, kind: 'exact' },
  ])
  expect(pieces).toEqual([
    { text: '停电', kind: 'exact' },
    { text: '了', kind: 'pinyin' },
  ])
})

it('never loses or adds a character, whatever the marks', () => {
  const mark = fc.record({
    start: fc.integer({ min: -3, max: 30 }),
    end: fc.integer({ min: -3, max: 30 }),
    kind: fc.constantFrom('exact' as const, 'pinyin' as const, 'synonym' as const),
  })
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme' }), fc.array(mark), (text, marks) => {
      expect(
        cut(text, marks)
          .map((piece) => piece.text)
          .join(''),
      ).toBe(text)
    }),
  )
})

it('finds every place of a term', () => {
  expect(marksOfTerms('味道大,味道浓', ['味道', ''])).toEqual([
    { start: 0, end: 2, kind: 'exact' },
    { start: 4, end: 6, kind: 'exact' },
  ])
})
