import { readFileSync } from 'node:fs'

import fc from 'fast-check'
import { expect, it } from 'vitest'

import type { CallSnapshot, Utterance } from '@/api/types'

import { makeInfo, makeSnapshot, makeUtterance } from '../../tests/support/calls'
import type { EventMessage, ServerMessage, SnapshotMessage } from './messages'
import { parseMessage } from './messages'
import type { ScreenState } from './reducer'
import { applyMessage, applySnapshot } from './reducer'

/** Frames of a demo call, recorded from the server: a snapshot, then every event to the end and one feedback. */
const RECORDED = readFileSync('tests/fixtures/gas-smell.jsonl', 'utf8')
  .trim()
  .split('\n')
  .map((frame) => parseMessage(frame)!)

const replay = (messages: readonly ServerMessage[], from: ScreenState | null = null): ScreenState | null =>
  messages.reduce(applyMessage, from)

const head = { call_id: makeInfo().id, at: '2026-03-01T06:00:00Z' }
const first: SnapshotMessage = { ...head, type: 'call.snapshot', seq: 1, data: makeSnapshot() }

function heard(utterances: readonly Utterance[], start: CallSnapshot = first.data): CallSnapshot {
  const events: EventMessage[] = utterances.map((data, index) => ({
    ...head,
    type: data.is_final ? 'transcript.final' : 'transcript.partial',
    seq: index + 2,
    data,
  }))
  return replay(events, applySnapshot({ ...first, data: start }))!.call
}

it('draws a recorded call from its first message to its end', () => {
  const screen = replay(RECORDED)!
  expect(screen.seq).toBe(RECORDED.at(-1)!.seq)
  expect(screen.call.call.state).toBe('ended')
  expect(screen.call.utterances.length).toBeGreaterThan(8)
  expect(screen.call.utterances.every((utterance) => utterance.is_final)).toBe(true)
  expect(screen.call.suggestions.cards.length).toBeGreaterThan(0)
  expect(screen.call.feedback).toHaveLength(1)
  expect(screen.call.chosen_category?.category_id).toBe('fault/gas.safety.leak')
})

it('is the same whether it was followed from the start or from a snapshot in the middle', () => {
  const whole = replay(RECORDED)!
  fc.assert(
    fc.property(fc.integer({ min: 1, max: RECORDED.length }), fc.nat({ max: 5 }), (cut, repeated) => {
      const middle = replay(RECORDED.slice(0, cut))!
      const wire = JSON.parse(
        JSON.stringify({ ...head, type: 'call.snapshot', seq: middle.seq, at: middle.at, data: middle.call }),
      ) as SnapshotMessage
      // Messages that are in the snapshot already may come again; they change nothing.
      const rest = RECORDED.slice(Math.max(1, cut - repeated))
      expect(replay([wire, ...rest])).toEqual(whole)
    }),
  )
})

it('is null before the first snapshot', () => {
  expect(applyMessage(null, { ...head, type: 'transcript.final', seq: 1, data: makeUtterance() })).toBeNull()
})

it('lets a partial grow in place and its final replace it', () => {
  const partial = makeUtterance({ is_final: false, partial_index: 0, text: '对门' })
  const longer = { ...partial, partial_index: 1, text: '对门有' }
  const final = { ...partial, is_final: true, partial_index: -1, text: '对门有电' }
  expect(heard([partial, longer]).utterances).toEqual([longer])
  expect(heard([partial, longer, final]).utterances).toEqual([final])
})

it('ignores a partial older than the one shown, one after its final, and a second final', () => {
  const final = makeUtterance({ text: '定稿' })
  const late = { ...final, is_final: false, partial_index: 7, text: '迟到' }
  expect(heard([final, late, { ...final, text: '又一个' }]).utterances).toEqual([final])
  const newer = { ...late, partial_index: 3 }
  expect(heard([newer, { ...newer, partial_index: 2, text: '旧' }]).utterances).toEqual([newer])
})

it('takes noise away: a final without text leaves nothing', () => {
  const partial = makeUtterance({ is_final: false, partial_index: 0 })
  expect(heard([partial, { ...partial, is_final: true, text: '' }]).utterances).toEqual([])
})

it('orders by start, the customer first where both begin together', () => {
  const agent = makeUtterance({ leg_role: 'agent', start_ms: 500 })
  const customer = makeUtterance({ start_ms: 500 })
  const earlier = makeUtterance({ leg_role: 'agent', start_ms: 100 })
  expect(heard([agent, customer, earlier]).utterances).toEqual([earlier, customer, agent])
})

it('drops what was still uncertain when the call is interrupted or ends', () => {
  const partial = makeUtterance({ is_final: false, partial_index: 0 })
  const final = makeUtterance()
  const start = applySnapshot({ ...first, data: makeSnapshot({ utterances: [final, partial] }) })
  const interrupted = applyMessage(start, { ...head, type: 'call.interrupted', seq: 2, data: { heard_ms: 4_000 } })!
  expect(interrupted.call.utterances).toEqual([final])
  expect(interrupted.call.call).toMatchObject({ state: 'interrupted', heard_ms: 4_000 })
  const ended = applyMessage(start, {
    ...head,
    type: 'call.ended',
    seq: 2,
    data: { reason: 'failed', code: 'speech_failed', message: 'x', duration_ms: 9_000 },
  })!
  expect(ended.call.call).toMatchObject({
    state: 'ended',
    end_code: 'speech_failed',
    heard_ms: 9_000,
    ended_at: head.at,
  })
})

it('keeps one verdict a suggestion and only stages that are degraded', () => {
  const feedback = { feedback_id: 'f', suggestion_id: 's', entry_id: null, verdict: 'used', note: '' } as const
  const stage = { stage: 'search', state: 'degraded', code: 'search_unavailable', lag_ms: 0 } as const
  const messages: EventMessage[] = [
    { ...head, type: 'feedback.recorded', seq: 2, data: feedback },
    { ...head, type: 'feedback.recorded', seq: 3, data: { ...feedback, verdict: 'wrong' } },
    { ...head, type: 'stage.state_changed', seq: 4, data: stage },
  ]
  const degraded = replay(messages, applySnapshot(first))!
  expect(degraded.call.feedback.map((item) => item.verdict)).toEqual(['wrong'])
  expect(degraded.call.stages).toEqual([stage])
  const well = applyMessage(degraded, {
    ...head,
    type: 'stage.state_changed',
    seq: 5,
    data: { ...stage, state: 'ok', code: '' },
  })!
  expect(well.call.stages).toEqual([])
})
