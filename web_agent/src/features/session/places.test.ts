import { expect, test } from 'vitest'

import type { FeaturePage, NavigationGroup } from '@/ui/feature'

import { groupAt, groupsOf, isOneRow } from './places'

function page(path: string, group: NavigationGroup): FeaturePage {
  return { path, permission: null, page: () => Promise.reject(new Error()), navigation: { label: 'calls.nav', group } }
}

const ORDERS = page('work-orders', 'orders')
const BOARD: FeaturePage = { ...page('work-orders/board', 'orders'), command: 'board.nav', group: 'orders' }
delete BOARD.navigation
const PAGES = [
  page('calls', 'calls'),
  ORDERS,
  BOARD,
  page('training', 'training'),
  page('training/skills', 'knowledge'),
]

test('a group holds its pages and, beside them, those that have a name only', () => {
  const [calls, orders] = groupsOf(PAGES)
  expect(calls?.places.map(({ to }) => to)).toEqual(['/calls'])
  expect(orders?.places.map(({ to }) => to)).toEqual(['/work-orders'])
  expect(orders?.further.map(({ to }) => to)).toEqual(['/work-orders/board'])
})

test('a group without a page that the account may open is left out', () => {
  expect(groupsOf([ORDERS]).map(({ name }) => name)).toEqual(['orders'])
})

test.each([
  ['/calls/17', 'calls'],
  ['/work-orders/board', 'orders'],
  ['/training/skills', 'knowledge'],
  ['/training', 'training'],
  ['/callsign', undefined],
])('%s belongs to %s', (pathname, group) => {
  expect(groupAt(groupsOf(PAGES), pathname)?.name).toBe(group)
})

test('many pages are too many for one row', () => {
  expect(isOneRow(groupsOf(PAGES))).toBe(true)
  expect(isOneRow(groupsOf(Array.from({ length: 13 }, (_, at) => page(`calls-${at}`, 'calls'))))).toBe(false)
})
