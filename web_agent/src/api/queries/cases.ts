import { infiniteQueryOptions, queryOptions, useMutation, useQueryClient } from '@tanstack/react-query'

import { answer, api } from '../http'
import type { CaseEdit, CaseSearch } from '../types'

/** What a person filters by; the text travels in the body, never in an address. */
export type CaseFilter = Omit<CaseSearch, 'cursor' | 'limit'>

const PAGE_SIZE = 50
const OUTCOMES_FRESH_MS = 60_000

export const casesQuery = (filter: CaseFilter) =>
  infiniteQueryOptions({
    queryKey: ['cases', 'list', filter],
    queryFn: ({ pageParam, signal }) =>
      answer(
        api.POST('/api/v1/knowledge/cases/search', {
          body: { ...filter, cursor: pageParam, limit: PAGE_SIZE },
          signal,
        }),
      ),
    initialPageParam: null as string | null,
    getNextPageParam: (page) => page.next_cursor,
  })

export const caseQuery = (caseId: string, identified: boolean) =>
  queryOptions({
    queryKey: ['cases', 'one', caseId, identified],
    queryFn: ({ signal }) =>
      answer(
        api.GET('/api/v1/knowledge/cases/{case_id}', {
          params: { path: { case_id: caseId }, query: { identified } },
          signal,
        }),
      ),
  })

export const caseEvidenceQuery = (caseId: string, identified: boolean) =>
  queryOptions({
    queryKey: ['cases', 'evidence', caseId, identified],
    queryFn: ({ signal }) =>
      answer(
        api.GET('/api/v1/knowledge/cases/{case_id}/evidence', {
          params: { path: { case_id: caseId }, query: { identified } },
          signal,
        }),
      ),
  })

/** The form of a finished call's case, filled in; read once, for it must not change under the editor's hands. */
export const callCaseQuery = (callId: string) =>
  queryOptions({
    queryKey: ['cases', 'call', callId],
    queryFn: ({ signal }) =>
      answer(api.GET('/api/v1/calls/{call_id}/case', { params: { path: { call_id: callId } }, signal })),
    staleTime: Infinity,
    gcTime: 0,
  })

export const caseGroupsQuery = (sector: string | null) =>
  queryOptions({
    queryKey: ['cases', 'groups', sector],
    queryFn: ({ signal }) =>
      answer(api.GET('/api/v1/knowledge/cases/clusters', { params: { query: { sector } }, signal })),
  })

export const outcomesQuery = (entryId: string) =>
  queryOptions({
    queryKey: ['cases', 'outcomes', entryId],
    queryFn: ({ signal }) =>
      answer(api.GET('/api/v1/knowledge/outcomes', { params: { query: { entry_id: [entryId] } }, signal })),
    staleTime: OUTCOMES_FRESH_MS,
  })

export const solutionsQuery = (situation: string) =>
  queryOptions({
    queryKey: ['cases', 'solutions', situation],
    queryFn: ({ signal }) =>
      answer(api.GET('/api/v1/knowledge/solutions', { params: { query: { situation } }, signal })),
    staleTime: OUTCOMES_FRESH_MS,
  })

export function useSaveCallCase(callId: string) {
  const client = useQueryClient()
  return useMutation({
    mutationFn: (edit: CaseEdit) =>
      answer(api.PUT('/api/v1/calls/{call_id}/case', { params: { path: { call_id: callId } }, body: edit })),
    onSuccess: () => client.invalidateQueries({ queryKey: ['cases'], refetchType: 'none' }),
  })
}

export function useSaveCase(caseId: string) {
  const client = useQueryClient()
  return useMutation({
    mutationFn: (edit: CaseEdit) =>
      answer(api.PUT('/api/v1/knowledge/cases/{case_id}', { params: { path: { case_id: caseId } }, body: edit })),
    onSuccess: () => client.invalidateQueries({ queryKey: ['cases'], refetchType: 'none' }),
  })
}

export function useDeleteCase() {
  const client = useQueryClient()
  return useMutation({
    mutationFn: ({ caseId, version }: { caseId: string; version: number }) =>
      answer(
        api.DELETE('/api/v1/knowledge/cases/{case_id}', {
          params: { path: { case_id: caseId }, query: { version } },
        }),
      ),
    onSuccess: () => client.invalidateQueries({ queryKey: ['cases', 'list'] }),
  })
}
