import { describe, expect, it } from 'vitest'

import { neighbour, quickActions } from './board'

const COLUMNS = [{ items: [{ id: 'a' }, { id: 'b' }, { id: 'c' }] }, { items: [] }, { items: [{ id: 'd' }] }]

describe('neighbour', () => {
  it('walks within a column and over empty columns, and stays at the edge', () => {
    expect(neighbour(COLUMNS, 'a', 'down')).toBe('b')
    expect(neighbour(COLUMNS, 'c', 'right')).toBe('d')
    expect(neighbour(COLUMNS, 'd', 'left')).toBe('a')
    expect(neighbour(COLUMNS, 'a', 'up')).toBe('a')
    expect(neighbour(COLUMNS, 'd', 'right')).toBe('d')
    expect(neighbour(COLUMNS, 'gone', 'down')).toBe('gone')
  })
})

describe('quickActions', () => {
  it('offers what a dispatcher does in each state, and nothing for an order that is over', () => {
    expect(quickActions('accepted')).toEqual(['dispatch'])
    expect(quickActions('dispatched')).toEqual(['take', 'return'])
    expect(quickActions('closed')).toEqual([])
  })
})
