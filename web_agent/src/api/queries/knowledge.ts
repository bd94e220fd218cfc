import type { QueryClient } from '@tanstack/react-query'
import { infiniteQueryOptions, queryOptions, useMutation, useQueryClient } from '@tanstack/react-query'

import { answer, api } from '../http'
import type { BulkChange, EntryDraft, RevisionState } from '../types'

const PAGE_SIZE = 50

export interface EntryFilter {
  sector: string | null
  situation: string | null
  status: RevisionState | null
  /** Part of the title; searches know published entries only, this finds the others too. */
  title: string | null
}

export const categoriesQuery = queryOptions({
  queryKey: ['knowledge', 'categories'],
  queryFn: ({ signal }) => answer(api.GET('/api/v1/knowledge/categories', { signal })),
  staleTime: 300_000,
})

export const entriesQuery = (filter: EntryFilter) =>
  infiniteQueryOptions({
    queryKey: ['knowledge', 'entries', filter],
    queryFn: ({ pageParam, signal }) =>
      answer(
        api.GET('/api/v1/knowledge/entries', {
          params: { query: { ...filter, cursor: pageParam, limit: PAGE_SIZE } },
          signal,
        }),
      ),
    initialPageParam: null as string | null,
    getNextPageParam: (page) => page.next_cursor,
  })

export const entryQuery = (entryId: string) =>
  queryOptions({
    queryKey: ['knowledge', 'entry', entryId],
    queryFn: ({ signal }) =>
      answer(api.GET('/api/v1/knowledge/entries/{entry_id}', { params: { path: { entry_id: entryId } }, signal })),
  })

export const revisionsQuery = (entryId: string) =>
  queryOptions({
    queryKey: ['knowledge', 'entry', entryId, 'revisions'],
    queryFn: ({ signal }) =>
      answer(
        api.GET('/api/v1/knowledge/entries/{entry_id}/revisions', { params: { path: { entry_id: entryId } }, signal }),
      ),
  })

/** What a person says about test questions that would lose their place. */
export interface Consent {
  ask_before_drop: boolean
  override_reason: string
}

export function useCreateEntry() {
  const client = useQueryClient()
  return useMutation({
    mutationFn: ({ draft, consent }: { draft: EntryDraft; consent: Consent }) =>
      answer(api.POST('/api/v1/knowledge/entries', { body: { ...draft, ...consent } })),
    onSuccess: () => forgetTexts(client),
  })
}

/** A publication changes what is read, and adds to the history of tests. */
async function forgetTexts(client: QueryClient): Promise<void> {
  await Promise.all(['knowledge', 'knowledge-tests'].map((name) => client.invalidateQueries({ queryKey: [name] })))
}

/** Lets a text wait for a second person; `base` is the present text of the entry, null for a new one. */
export function useSubmitDraft() {
  const client = useQueryClient()
  return useMutation({
    mutationFn: ({ draft, base }: { draft: EntryDraft; base: { entry_id: string; id: string } | null }) =>
      answer(
        api.POST('/api/v1/knowledge/drafts', {
          body: { ...draft, entry_id: base?.entry_id ?? null, base_revision_id: base?.id ?? null },
        }),
      ),
    onSuccess: () => client.invalidateQueries({ queryKey: ['knowledge'] }),
  })
}

export interface Edit {
  entryId: string
  baseRevisionId: string
  draft: EntryDraft
  consent: Consent
}

export function useReviseEntry() {
  const client = useQueryClient()
  return useMutation({
    mutationFn: ({ entryId, baseRevisionId, draft, consent }: Edit) =>
      answer(
        api.POST('/api/v1/knowledge/entries/{entry_id}/revisions', {
          params: { path: { entry_id: entryId } },
          body: { base_revision_id: baseRevisionId, ...draft, ...consent },
        }),
      ),
    onSuccess: () => forgetTexts(client),
  })
}

export function useRetireEntry() {
  const client = useQueryClient()
  return useMutation({
    mutationFn: (entryId: string) =>
      answer(api.POST('/api/v1/knowledge/entries/{entry_id}/retire', { params: { path: { entry_id: entryId } } })),
    onSuccess: () => client.invalidateQueries({ queryKey: ['knowledge'] }),
  })
}

export interface ReviewDecision {
  revisionId: string
  /** Null turns the text down. */
  publication: Consent | null
}

/** Publishes a text that waits for review, or leaves it out. */
export function useReview(entryId: string) {
  const client = useQueryClient()
  return useMutation({
    mutationFn: ({ revisionId, publication: body }: ReviewDecision) => {
      const params = { path: { entry_id: entryId, revision_id: revisionId } }
      return answer(
        body === null
          ? api.POST('/api/v1/knowledge/entries/{entry_id}/revisions/{revision_id}/turn-down', { params })
          : api.POST('/api/v1/knowledge/entries/{entry_id}/revisions/{revision_id}/publish', { params, body }),
      )
    },
    onSuccess: () => forgetTexts(client),
  })
}

/** One change to many entries; each is done or refused on its own. */
export function useBulkChange() {
  const client = useQueryClient()
  return useMutation({
    mutationFn: (body: BulkChange) => answer(api.POST('/api/v1/knowledge/entries/bulk', { body })),
    onSuccess: () => forgetTexts(client),
  })
}
