import { expect, it } from 'vitest'

import { auditFileAddress } from '@/api/queries/audit'

import { filterOf, NO_FIELDS } from './filter'

it('filters nothing when nothing is chosen', () => {
  expect(Object.values(filterOf(NO_FIELDS))).toEqual([null, null, null, null, null])
  expect(auditFileAddress(filterOf(NO_FIELDS))).toBe('/api/v1/audit/entries/file')
})

it('takes days of this time zone, the last one to its end', () => {
  const filter = filterOf({ ...NO_FIELDS, actor: ' 李娜 ', from: '2026-02-28', to: '2026-02-28' })
  expect(filter.actor_name).toBe('李娜')
  expect(filter.since).toBe(new Date(2026, 1, 28).toISOString())
  expect(filter.until).toBe(new Date(2026, 2, 1).toISOString())
})

it('exports what the list shows', () => {
  const filter = filterOf({ ...NO_FIELDS, action: 'entry.', object: 'entry' })
  expect(auditFileAddress(filter)).toBe('/api/v1/audit/entries/file?action=entry.&object_kind=entry')
})
