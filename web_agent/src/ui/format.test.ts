import { afterEach, expect, it } from 'vitest'

import { beginOfDay, localTime, momentOf, showTimesIn } from './format'

const own = new Intl.DateTimeFormat().resolvedOptions().timeZone

afterEach(() => {
  showTimesIn(own)
})

it('shows and reads times in the zone of the installation, wherever the browser is', () => {
  showTimesIn('Asia/Shanghai')
  expect(localTime('2026-03-01T16:05:09.500Z')).toBe('2026-03-02 00:05:09')
  expect(momentOf('2026-03-02T00:05')).toBe('2026-03-01T16:05:00.000Z')
  showTimesIn('America/New_York')
  expect(localTime('2026-03-01T16:05:09Z')).toBe('2026-03-01 11:05:09')
})

it('reads a typed time on both sides of a change of the clocks', () => {
  showTimesIn('Europe/Berlin')
  expect(momentOf('2026-03-29T01:30')).toBe('2026-03-29T00:30:00.000Z')
  expect(momentOf('2026-03-29T03:30')).toBe('2026-03-29T01:30:00.000Z')
  expect(beginOfDay('2026-03-29')).toBe('2026-03-28T23:00:00.000Z')
  expect(beginOfDay('2026-03-29', 1)).toBe('2026-03-29T22:00:00.000Z')
})
