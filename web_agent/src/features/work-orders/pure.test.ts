import { describe, expect, it } from 'vitest'

import { clockOf } from './remaining'
import { EVERYTHING, isSame, withView } from './views'

const NOW = Date.parse('2026-03-01T08:00:00Z')

describe('clockOf', () => {
  it('says what is left and warns before the limit', () => {
    expect(clockOf('2026-03-01T08:10:30Z', NOW)).toEqual({ kind: 'soon', days: 0, hours: 0, minutes: 10 })
    expect(clockOf('2026-03-02T10:05:00Z', NOW)).toEqual({ kind: 'running', days: 1, hours: 2, minutes: 5 })
  })

  it('says how long ago a limit passed', () => {
    expect(clockOf('2026-03-01T06:45:00Z', NOW)).toEqual({ kind: 'overdue', days: 0, hours: 1, minutes: 15 })
  })
})

describe('saved views', () => {
  it('replaces a view of the same name and keeps twelve', () => {
    const filter = { ...EVERYTHING, is_open: true }
    let views = withView([], { name: '今天', filter: EVERYTHING })
    views = withView(views, { name: '今天', filter })
    expect(views).toHaveLength(1)
    expect(isSame(views[0]?.filter ?? EVERYTHING, filter)).toBe(true)
    for (let count = 0; count < 20; count += 1) views = withView(views, { name: String(count), filter })
    expect(views).toHaveLength(12)
  })
})
