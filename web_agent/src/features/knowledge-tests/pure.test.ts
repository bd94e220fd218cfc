import { expect, it } from 'vitest'

import type { ExplainedHit, Figures, TestRun } from '@/api/types'

import { pointsOf } from './chart'
import { decoded, lineOfField } from './files'
import { firstBelow, movesOf, questionMarks, textMarks } from './hits'

const hit = (id: string, confidence = 0.5): ExplainedHit => ({
  kind: 'entry',
  document_id: id,
  revision_number: 1,
  is_edit: false,
  title: id,
  sector: 'power',
  score: 1,
  confidence,
  score_parts: {},
  texts: [],
  matches: [
    {
      kind: 'pinyin',
      segment_id: null,
      utterance_span: { start: 0, end: 2 },
      field: 'variants',
      field_index: 1,
      field_span: { start: 3, end: 5 },
    },
  ],
})

const figures = (share: number): Figures => ({
  questions: 4,
  hit_at_1: share,
  hit_at_3: 1,
  mrr: share,
  nothing_fits: 0,
})

const run = (id: string, trigger: TestRun['trigger'], after: TestRun['after']): TestRun => ({
  id,
  at: '2026-03-01T06:00:00Z',
  trigger,
  author: 'li',
  entry_id: null,
  revision_number: null,
  title: '',
  question_count: 4,
  available_count: 4,
  state: 'complete',
  before: {},
  after,
  better: 0,
  worse: 0,
  drops: 0,
  policy: 'warn',
  override_reason: '',
})

it('says where each document stood before and stands after', () => {
  const moves = movesOf([hit('a'), hit('b')], [hit('b'), hit('c')])
  expect([...moves]).toEqual([
    ['a', { before: 1, after: null }],
    ['b', { before: 2, after: 1 }],
    ['c', { before: null, after: 2 }],
  ])
})

it('marks question and text by the server’s places', () => {
  expect(questionMarks(hit('a'))).toEqual([{ start: 0, end: 2, kind: 'pinyin' }])
  expect(textMarks(hit('a'), 'variants', 1)).toEqual([{ start: 3, end: 5, kind: 'pinyin' }])
  expect(textMarks(hit('a'), 'variants', 0)).toEqual([])
})

it('draws the line of confidence before the first hit below it', () => {
  expect(firstBelow([hit('a', 0.6), hit('b', 0.2)], 0.3)).toBe(1)
  expect(firstBelow([hit('a', 0.6)], 0.3)).toBeNull()
})

it('draws publications by sector and only whole runs for all, the oldest first', () => {
  const runs = [
    run('3', 'publish', { all: figures(0.9), gas: figures(0.9) }),
    run('2', 'all', { all: figures(0.5), gas: figures(0.4), power: figures(0.6) }),
    run('1', 'all', { all: figures(0.4) }),
  ]
  expect(pointsOf(runs, 'all').map((point) => point.run.id)).toEqual(['1', '2'])
  expect(pointsOf(runs, 'gas').map((point) => point.figures.hit_at_1)).toEqual([0.4, 0.9])
})

it('reads files of spreadsheets in either encoding', () => {
  const utf8 = new TextEncoder().encode('entry')
  expect(decoded(utf8.buffer)).toBe('entry')
  expect(decoded(new Uint8Array([0xcd, 0xa3, 0xb5, 0xe7]).buffer)).toBe(String.fromCodePoint(0x505c, 0x7535))
})

it('knows the line of a refused field', () => {
  expect(lineOfField('lines.3.question')).toEqual({ line: 3, field: 'question' })
  expect(lineOfField('lines.3')).toEqual({ line: 3, field: '' })
  expect(lineOfField('content')).toBeNull()
})
