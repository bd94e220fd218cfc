import { infiniteQueryOptions, queryOptions } from '@tanstack/react-query'

import { answer, api } from '../http'

const PAGE_SIZE = 50

/** Which entries are wanted; null filters nothing. */
export interface AuditFilter {
  actor_name: string | null
  action: string | null
  object_kind: string | null
  /** With its time zone: `2026-03-01T00:00:00+08:00`. */
  since: string | null
  until: string | null
}

export const auditQuery = (filter: AuditFilter) =>
  infiniteQueryOptions({
    queryKey: ['audit', filter],
    queryFn: ({ pageParam, signal }) =>
      answer(
        api.GET('/api/v1/audit/entries', {
          params: { query: { ...filter, before: pageParam, limit: PAGE_SIZE } },
          signal,
        }),
      ),
    initialPageParam: null as number | null,
    getNextPageParam: (page) => page.next_before,
  })

/** Whether the newest entries are as they were written. */
export const auditStateQuery = queryOptions({
  queryKey: ['audit', 'state'],
  queryFn: ({ signal }) => answer(api.GET('/api/v1/audit/state', { signal })),
})

export function auditFileAddress(filter: AuditFilter): string {
  const chosen = Object.entries(filter).filter((item): item is [string, string] => item[1] !== null)
  const query = new URLSearchParams(chosen).toString()
  return `/api/v1/audit/entries/file${query === '' ? '' : `?${query}`}`
}
