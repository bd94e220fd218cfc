import { expect, test } from 'vitest'

import { writtenPieces, writtenText } from './written'

const text = '户号零七一二欠费了'
const changes = [
  { start: 2, end: 6, heard: '零七一二', written: '0712' },
  { start: 6, end: 8, heard: '线费', written: '欠费' },
]

test('a sentence is shown with figures and mended words', () => {
  expect(writtenText({ text, changes })).toBe('户号0712欠费了')
  expect(writtenText({ text, changes: [] })).toBe(text)
})

test('marks keep their words, and a changed place takes the strongest mark in it', () => {
  const marks = [
    { start: 0, end: 3, kind: 'pinyin' as const },
    { start: 4, end: 5, kind: 'exact' as const },
    { start: 8, end: 9, kind: 'synonym' as const },
  ]
  expect(writtenPieces(text, changes, marks)).toEqual([
    { text: '户号', kind: 'pinyin', heard: null },
    { text: '0712', kind: 'exact', heard: '零七一二' },
    { text: '欠费', kind: null, heard: '线费' },
    { text: '了', kind: 'synonym', heard: null },
  ])
})
