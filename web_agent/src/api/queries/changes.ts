import { queryOptions, useMutation, useQueryClient } from '@tanstack/react-query'

import { answer, api } from '../http'
import type { MustReadDraft } from '../types'

export const changesQuery = queryOptions({
  queryKey: ['changes', 'list'],
  queryFn: ({ signal }) => answer(api.GET('/api/v1/knowledge/changes', { signal })),
})

export const changeQuery = (revisionId: string) =>
  queryOptions({
    queryKey: ['changes', 'one', revisionId],
    queryFn: ({ signal }) =>
      answer(
        api.GET('/api/v1/knowledge/changes/{revision_id}', { params: { path: { revision_id: revisionId } }, signal }),
      ),
  })

export const dueChangesQuery = queryOptions({
  queryKey: ['changes', 'due'],
  queryFn: ({ signal }) => answer(api.GET('/api/v1/knowledge/changes/due', { signal })),
  refetchInterval: 60_000,
})

export const mustReadsQuery = queryOptions({
  queryKey: ['changes', 'must-reads'],
  queryFn: ({ signal }) => answer(api.GET('/api/v1/must-reads', { signal })),
})

export const readersQuery = (id: string) =>
  queryOptions({
    queryKey: ['changes', 'readers', id],
    queryFn: ({ signal }) =>
      answer(api.GET('/api/v1/must-reads/{must_read_id}/readers', { params: { path: { must_read_id: id } }, signal })),
  })

/** Reads everything about changes anew. */
export function useChangesChanged() {
  const client = useQueryClient()
  return () => client.invalidateQueries({ queryKey: ['changes'] })
}

export function useMarkMustRead() {
  const changed = useChangesChanged()
  return useMutation({
    mutationFn: (body: MustReadDraft) => answer(api.POST('/api/v1/must-reads', { body })),
    onSuccess: changed,
  })
}

const at = (id: string) => ({ params: { path: { must_read_id: id } } })

export const acknowledge = (id: string) => answer(api.POST('/api/v1/must-reads/{must_read_id}/acknowledge', at(id)))
export const remindReaders = (id: string) => answer(api.POST('/api/v1/must-reads/{must_read_id}/remind', at(id)))
export const closeMustRead = (id: string) => answer(api.POST('/api/v1/must-reads/{must_read_id}/close', at(id)))
