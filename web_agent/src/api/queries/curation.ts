import { queryOptions, useMutation, useQueryClient } from '@tanstack/react-query'

import { answer, api } from '../http'
import type { CurationItemAction, CurationKind, DraftSubmission, FlagReason } from '../types'
import type { Consent } from './knowledge'

export interface DeskFilter {
  kind: CurationKind | null
  is_mine: boolean
  with_snoozed: boolean
}

export const deskQuery = (filter: DeskFilter) =>
  queryOptions({
    queryKey: ['curation', 'items', filter],
    queryFn: ({ signal }) => answer(api.GET('/api/v1/curation/items', { params: { query: { ...filter } }, signal })),
    refetchInterval: 15_000,
  })

export const curationItemQuery = (id: string) =>
  queryOptions({
    queryKey: ['curation', 'item', id],
    queryFn: ({ signal }) =>
      answer(api.GET('/api/v1/curation/items/{item_id}', { params: { path: { item_id: id } }, signal })),
  })

export const momentContextQuery = (id: string) =>
  queryOptions({
    queryKey: ['curation', 'moment', id],
    queryFn: ({ signal }) =>
      answer(api.GET('/api/v1/curation/moments/{moment_id}/context', { params: { path: { moment_id: id } }, signal })),
    staleTime: Infinity,
  })

export const curatorsQuery = queryOptions({
  queryKey: ['curation', 'curators'],
  queryFn: ({ signal }) => answer(api.GET('/api/v1/curation/curators', { signal })),
})

export const lookQuery = queryOptions({
  queryKey: ['curation', 'look'],
  queryFn: ({ signal }) => answer(api.GET('/api/v1/curation/look', { signal })),
  refetchInterval: (query) => (query.state.data?.is_running === true ? 1_000 : 15_000),
})

export const entryUseQuery = (id: string) =>
  queryOptions({
    queryKey: ['knowledge', 'entry', id, 'use'],
    queryFn: ({ signal }) =>
      answer(api.GET('/api/v1/knowledge/entries/{entry_id}/use', { params: { path: { entry_id: id } }, signal })),
  })

export const differenceQuery = (entryId: string, left: string, right: string) =>
  queryOptions({
    queryKey: ['knowledge', 'entry', entryId, 'difference', left, right],
    queryFn: ({ signal }) =>
      answer(
        api.GET('/api/v1/knowledge/entries/{entry_id}/difference', {
          params: { path: { entry_id: entryId }, query: { left, right } },
          signal,
        }),
      ),
  })

export function useDeskChanged() {
  const client = useQueryClient()
  return () => client.invalidateQueries({ queryKey: ['curation'] })
}

export function useLook() {
  const changed = useDeskChanged()
  return useMutation({ mutationFn: () => answer(api.POST('/api/v1/curation/look')), onSettled: changed })
}

const at = (id: string) => ({ params: { path: { item_id: id } } })

export const actOnItem = (id: string, body: CurationItemAction) =>
  answer(api.POST('/api/v1/curation/items/{item_id}/actions', { ...at(id), body }))

export const submitDraft = (id: string, body: DraftSubmission) =>
  answer(api.POST('/api/v1/curation/items/{item_id}/draft', { ...at(id), body }))

export const publishItem = (id: string, version: number, consent: Consent) =>
  answer(api.POST('/api/v1/curation/items/{item_id}/publish', { ...at(id), body: { version, ...consent } }))

export const sendBackItem = (id: string, version: number, reason: string) =>
  answer(api.POST('/api/v1/curation/items/{item_id}/send-back', { ...at(id), body: { version, reason } }))

export interface Flag {
  reason: FlagReason
  suggestion_id: string | null
}

export function useFlag(callId: string) {
  return useMutation({
    mutationFn: (flag: Flag) =>
      answer(
        api.POST('/api/v1/calls/{call_id}/flags', {
          params: { path: { call_id: callId } },
          body: { ...flag, segment_id: null, note: '' },
        }),
      ),
  })
}

export const worthQuery = (days: number) =>
  queryOptions({
    queryKey: ['curation', 'worth', days],
    queryFn: ({ signal }) => answer(api.GET('/api/v1/curation/worth', { params: { query: { days } }, signal })),
  })
