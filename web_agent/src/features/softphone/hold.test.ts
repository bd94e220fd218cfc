import { afterEach, beforeEach, expect, test, vi } from 'vitest'

import { Hold } from './hold'

/** A session whose change of media takes as long as the test wants; another one is refused meanwhile. */
class SlowSession {
  local = false
  isOver = false
  sent: string[] = []
  private done: (() => void) | null = null

  readonly hold = (_options: unknown, done?: () => void) => this.change('hold', true, done)
  readonly unhold = (_options: unknown, done?: () => void) => this.change('unhold', false, done)
  readonly isOnHold = () => ({ local: this.local, remote: false })
  readonly isEnded = () => this.isOver

  finish(): void {
    const done = this.done
    this.done = null
    done?.()
  }

  private change(name: string, local: boolean, done: (() => void) | undefined): boolean {
    if (this.done !== null) return false
    this.local = local
    this.sent.push(name)
    this.done = done ?? (() => undefined)
    return true
  }
}

beforeEach(() => {
  vi.useFakeTimers()
})
afterEach(() => {
  vi.useRealTimers()
})

test('a call held and taken back at once is taken back when the exchange has answered', () => {
  const session = new SlowSession()
  const hold = new Hold(session)
  hold.toggle()
  hold.toggle()
  expect(session.sent).toEqual(['hold'])
  session.finish()
  vi.runAllTimers()
  expect(session.sent).toEqual(['hold', 'unhold'])
  expect(session.local).toBe(false)
})

test('the last of three presses decides', () => {
  const session = new SlowSession()
  const hold = new Hold(session)
  hold.toggle()
  hold.toggle()
  hold.toggle()
  session.finish()
  vi.runAllTimers()
  expect(session.sent).toEqual(['hold'])
  expect(session.local).toBe(true)
})

test('a change by the other side only delays the press', () => {
  const session = new SlowSession()
  session.hold({})
  session.local = false
  const hold = new Hold(session)
  hold.toggle()
  vi.advanceTimersByTime(1_000)
  expect(session.sent).toEqual(['hold'])
  session.finish()
  vi.advanceTimersByTime(1_000)
  expect(session.sent).toEqual(['hold', 'hold'])
})

test('nothing is asked of a call that has ended', () => {
  const session = new SlowSession()
  const hold = new Hold(session)
  hold.toggle()
  hold.toggle()
  session.isOver = true
  session.finish()
  vi.runAllTimers()
  expect(session.sent).toEqual(['hold'])
})
