import { expect, it } from 'vitest'

import { makeInfo } from '../../../tests/support/calls'
import { heardAt, moveAnchor } from './heard'

const running = { heardMs: 10_000, at: 1_000, isRunning: true }

it('runs on between the words of the server and stops at the end of the recording', () => {
  expect(heardAt(running, 3_000, 60_000)).toBe(12_000)
  expect(heardAt(running, 900_000, 60_000)).toBe(60_000)
  expect(heardAt({ ...running, isRunning: false }, 3_000, 60_000)).toBe(10_000)
})

it('never goes back while the call runs: the last final is always a moment old', () => {
  expect(moveAnchor(running, makeInfo({ heard_ms: 11_000 }), 3_000).heardMs).toBe(12_000)
  expect(moveAnchor(running, makeInfo({ heard_ms: 14_000 }), 3_000).heardMs).toBe(14_000)
})

it('starts again where the server does after an interruption', () => {
  const interrupted = moveAnchor(running, makeInfo({ state: 'interrupted', heard_ms: 9_000 }), 3_000)
  expect(interrupted).toMatchObject({ heardMs: 9_000, isRunning: false })
  expect(moveAnchor(interrupted, makeInfo({ heard_ms: 9_000 }), 9_000)).toMatchObject({
    heardMs: 9_000,
    isRunning: true,
  })
})

it('stands still while the connection is lost', () => {
  const lost = moveAnchor(running, makeInfo({ heard_ms: 9_000 }), 3_000, false)
  expect(lost).toMatchObject({ heardMs: 12_000, isRunning: false })
  expect(heardAt(lost, 90_000, 60_000)).toBe(12_000)
})

it('does not guess when the call is processed faster than it was spoken', () => {
  expect(moveAnchor(running, makeInfo({ speed: 'max', heard_ms: 5_000 }), 3_000)).toMatchObject({
    heardMs: 5_000,
    isRunning: false,
  })
})
