import { queryOptions, useMutation, useQueryClient } from '@tanstack/react-query'

import { answer, api } from '../http'
import type { HintBookChange, HintBookView, HintTest, HintVerdict } from '../types'

export type BookSector = 'general' | 'power' | 'gas' | 'water' | 'heating' | 'tv'
export const BOOK_SECTORS: readonly BookSector[] = ['power', 'gas', 'water', 'heating', 'tv', 'general']

export const bookSector = (sector: string | null): BookSector =>
  BOOK_SECTORS.find((known) => known === sector) ?? 'general'

export const tracksQuery = (sector: BookSector) =>
  queryOptions({
    queryKey: ['hints', 'tracks', sector],
    queryFn: ({ signal }) => answer(api.GET('/api/v1/hints/tracks/{sector}', { params: { path: { sector } }, signal })),
    staleTime: 60_000,
  })

export const hintBooksQuery = queryOptions({
  queryKey: ['hints', 'books'],
  queryFn: ({ signal }) => answer(api.GET('/api/v1/hints/books', { signal })),
})

export const fetchShippedBook = (sector: BookSector) =>
  answer(api.GET('/api/v1/hints/books/{sector}/shipped', { params: { path: { sector } } }))

export const saveBook = (sector: BookSector) => (change: HintBookChange) =>
  answer(api.PUT('/api/v1/hints/books/{sector}', { params: { path: { sector } }, body: change }))

/** Shows a saved book at once; tracks are asked for again. */
export function useBookSaved() {
  const client = useQueryClient()
  return (saved: HintBookView) => {
    client.setQueryData(hintBooksQuery.queryKey, (books) =>
      books?.map((book) => (book.sector === saved.sector ? saved : book)),
    )
    void client.invalidateQueries({ queryKey: ['hints', 'tracks'] })
  }
}

export function useTryBook(sector: BookSector) {
  return useMutation({
    mutationFn: (test: HintTest) =>
      answer(api.POST('/api/v1/hints/books/{sector}/test', { params: { path: { sector } }, body: test })),
  })
}

export function useDismissHint(callId: string) {
  return useMutation({
    mutationFn: ({ hintId, verdict }: { hintId: string; verdict: HintVerdict }) =>
      answer(
        api.POST('/api/v1/calls/{call_id}/hints/{hint_id}/dismiss', {
          params: { path: { call_id: callId, hint_id: hintId }, query: { verdict } },
        }),
      ),
  })
}

/** Ticks a step of the talk track by hand, or takes its tick away. */
export function useSetStep(callId: string) {
  return useMutation({
    mutationFn: ({ stepId, isDone }: { stepId: string; isDone: boolean }) =>
      answer(
        api.PUT('/api/v1/calls/{call_id}/steps/{step_id}', {
          params: { path: { call_id: callId, step_id: stepId } },
          body: { is_done: isDone },
        }),
      ),
  })
}
