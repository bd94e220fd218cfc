import { infiniteQueryOptions, queryOptions, useMutation, useQueryClient } from '@tanstack/react-query'

import type { RoutingAnnouncements, RoutingBook } from '../types'
import type { components } from '../generated/schema'
import { answer, api } from '../http'

/** The rules in force, what is wrong with them, and the agents who have a telephone. */
export const routingQuery = queryOptions({
  queryKey: ['routing'],
  queryFn: ({ signal }) => answer(api.GET('/api/v1/routing', { signal })),
})

/** What is wrong with rules that are being edited, and the configuration that they make. */
export const routingCheckQuery = (book: RoutingBook) =>
  queryOptions({
    queryKey: ['routing', 'check', book],
    queryFn: ({ signal }) => answer(api.POST('/api/v1/routing/check', { body: { book }, signal })),
    placeholderData: (before) => before,
  })

/** What a waiting caller would hear with these settings. */
export const announcementQuery = (announcements: RoutingAnnouncements) =>
  queryOptions({
    queryKey: ['routing', 'announcement', announcements],
    queryFn: ({ signal }) =>
      answer(
        api.POST('/api/v1/waiting/announcement', { body: { announcements, ahead: 2, wait_seconds: 240 }, signal }),
      ),
    placeholderData: (before) => before,
    staleTime: Infinity,
  })

export const routingHistoryQuery = infiniteQueryOptions({
  queryKey: ['routing', 'versions'],
  queryFn: ({ pageParam, signal }) =>
    answer(
      api.GET('/api/v1/routing/versions', {
        params: { query: { limit: 20, ...(pageParam !== null && { before: pageParam }) } },
        signal,
      }),
    ),
  initialPageParam: null as number | null,
  getNextPageParam: (page) => page.next_before,
})

/** Where calls were sent and why. */
export const routedCallsQuery = queryOptions({
  queryKey: ['routing', 'calls'],
  queryFn: ({ signal }) => answer(api.GET('/api/v1/routing/calls', { signal })),
  refetchInterval: 5000,
})

/** Puts other rules in force; the exchange takes them without dropping a call. */
export function usePutRouting() {
  const client = useQueryClient()
  return useMutation({
    mutationFn: (body: { book: RoutingBook; note: string; based_on: number }) =>
      answer(api.PUT('/api/v1/routing', { body })),
    // Also after a refusal: the version that was refused is in the history.
    onSettled: () => client.invalidateQueries({ queryKey: routingQuery.queryKey }),
  })
}

export function useReadRoutingVersion() {
  return useMutation({
    mutationFn: (number: number) =>
      answer(api.GET('/api/v1/routing/versions/{number}', { params: { path: { number } } })),
  })
}

/** Says what would happen to a call that nobody makes. */
export function useTryCall() {
  return useMutation({
    mutationFn: (body: components['schemas']['CallTrial']) => answer(api.POST('/api/v1/routing/trials', { body })),
  })
}

/** Says what would have happened to the calls of past days. */
export function useReplayRouting() {
  return useMutation({
    mutationFn: (body: { book: RoutingBook; since: string; until: string }) =>
      answer(api.POST('/api/v1/routing/replays', { body })),
  })
}

/** Where a call was sent and why, for whoever may read the call. */
export const callRouteQuery = (callId: string) =>
  queryOptions({
    queryKey: ['routing', 'call', callId],
    queryFn: ({ signal }) =>
      answer(api.GET('/api/v1/calls/{call_id}/route', { params: { path: { call_id: callId } }, signal })),
    staleTime: Infinity,
  })
