import { afterEach, beforeEach, expect, it, vi } from 'vitest'

import { DoubtWatch } from './doubt'
import { DOUBT_MS, LIFE_SIGN_MS } from './silence'

/** A network that passes nothing on: the question ends only when it is given up. */
const silent = (signal: AbortSignal) =>
  new Promise<boolean>((_, reject) => {
    signal.addEventListener('abort', () => {
      reject(new DOMException('given up', 'AbortError'))
    })
  })

beforeEach(() => {
  vi.useFakeTimers()
})

afterEach(() => {
  vi.useRealTimers()
})

it('doubts a line within three seconds when the server answers nowhere, until the next message', async () => {
  const told: boolean[] = []
  const watch = new DoubtWatch(silent, (isDoubted) => told.push(isDoubted))
  watch.heard()
  await vi.advanceTimersByTimeAsync(DOUBT_MS + LIFE_SIGN_MS - 1)
  expect(told).toEqual([])
  await vi.advanceTimersByTimeAsync(1)
  expect(DOUBT_MS + LIFE_SIGN_MS).toBeLessThan(3_000)
  expect(told).toEqual([true])
  watch.heard()
  expect(told).toEqual([true, false])
})

it('trusts a line on which nobody speaks while the server answers beside it', async () => {
  const told: boolean[] = []
  const answers = [false, true]
  const watch = new DoubtWatch(
    () => Promise.resolve(answers.shift() ?? true),
    (isDoubted) => told.push(isDoubted),
  )
  watch.heard()
  await vi.advanceTimersByTimeAsync(DOUBT_MS)
  expect(told).toEqual([true])
  await vi.advanceTimersByTimeAsync(DOUBT_MS * 3)
  expect(told).toEqual([true, false])
})

it('asks and tells nothing any more once stopped', async () => {
  const asked = vi.fn(silent)
  const onDoubt = vi.fn()
  const watch = new DoubtWatch(asked, onDoubt)
  watch.heard()
  await vi.advanceTimersByTimeAsync(DOUBT_MS)
  watch.stop()
  await vi.advanceTimersByTimeAsync(60_000)
  expect(asked).toHaveBeenCalledOnce()
  expect(asked.mock.calls[0]?.[0].aborted).toBe(true)
  expect(onDoubt).not.toHaveBeenCalled()
})
