import { infiniteQueryOptions, useMutation, useQueryClient } from '@tanstack/react-query'

import { answer, api } from '../http'
import type { WordGroupChange, WordGroupDraft, WordUse } from '../types'

const PAGE_SIZE = 100

export interface WordFilter {
  use: WordUse | null
  /** `all`: groups that serve every sector. */
  sector: string | null
  text: string | null
}

export const wordsQuery = (filter: WordFilter) =>
  infiniteQueryOptions({
    queryKey: ['words', filter],
    queryFn: ({ pageParam, signal }) =>
      answer(
        api.GET('/api/v1/knowledge/words', {
          params: { query: { ...filter, cursor: pageParam, limit: PAGE_SIZE } },
          signal,
        }),
      ),
    initialPageParam: null as string | null,
    getNextPageParam: (page) => page.next_cursor,
  })

/** What changes words also changes what searches find. */
function useWordsChanged() {
  const client = useQueryClient()
  return () =>
    Promise.all([client.invalidateQueries({ queryKey: ['words'] }), client.invalidateQueries({ queryKey: ['search'] })])
}

export function useCreateWords() {
  const onSuccess = useWordsChanged()
  return useMutation({
    mutationFn: (draft: WordGroupDraft) => answer(api.POST('/api/v1/knowledge/words', { body: draft })),
    onSuccess,
  })
}

export function useChangeWords() {
  const onSuccess = useWordsChanged()
  return useMutation({
    mutationFn: ({ id, change }: { id: string; change: WordGroupChange }) =>
      answer(api.PUT('/api/v1/knowledge/words/{group_id}', { params: { path: { group_id: id } }, body: change })),
    onSuccess,
  })
}

export function useRemoveWords() {
  const onSuccess = useWordsChanged()
  return useMutation({
    mutationFn: (id: string) =>
      answer(api.DELETE('/api/v1/knowledge/words/{group_id}', { params: { path: { group_id: id } } })),
    onSuccess,
  })
}

export function useImportWords() {
  const onSuccess = useWordsChanged()
  return useMutation({
    mutationFn: (file: File) =>
      answer(
        api.POST('/api/v1/knowledge/words/import', {
          // The schema types files as text; what is sent is the form below.
          body: { file: '' },
          bodySerializer: () => {
            const form = new FormData()
            form.append('file', file)
            return form
          },
        }),
      ),
    onSuccess,
  })
}

export const exportAddress = (kind: 'csv' | 'yaml'): string => `/api/v1/knowledge/words/export?kind=${kind}`
