import { infiniteQueryOptions, queryOptions, useMutation, useQueryClient } from '@tanstack/react-query'

import { answer, api } from '../http'
import type { CallState, ReplaySpeed, Verdict } from '../types'

const PAGE_SIZE = 50
/** A list is not a stream: three seconds are soon enough for a call that begins or ends. */
const LIST_REFRESH_MS = 3_000

export const callsQuery = (states: readonly CallState[]) =>
  infiniteQueryOptions({
    queryKey: ['calls', states],
    queryFn: ({ pageParam, signal }) =>
      answer(
        api.GET('/api/v1/calls', {
          params: { query: { cursor: pageParam, limit: PAGE_SIZE, state: [...states] } },
          signal,
        }),
      ),
    initialPageParam: null as string | null,
    getNextPageParam: (page) => page.next_cursor,
    refetchInterval: LIST_REFRESH_MS,
  })

/** The call as it stands; the desk follows it over the socket and asks this only when the socket is refused. */
export const callQuery = (callId: string) =>
  queryOptions({
    queryKey: ['call', callId],
    queryFn: ({ signal }) =>
      answer(api.GET('/api/v1/calls/{call_id}', { params: { path: { call_id: callId } }, signal })),
    gcTime: 0,
  })

export const demoCallsQuery = queryOptions({
  queryKey: ['demo-calls'],
  queryFn: ({ signal }) => answer(api.GET('/api/v1/demo-calls', { signal })),
  staleTime: Infinity,
})

export interface Replay {
  /** One recording, or the customer's and the agent's in this order. */
  files: readonly File[]
  speed: ReplaySpeed
  sector: string | null
  title: string
}

function replayForm(replay: Replay): FormData {
  const form = new FormData()
  for (const file of replay.files) form.append('files', file)
  form.append('speed', replay.speed)
  if (replay.sector !== null) form.append('sector', replay.sector)
  if (replay.title !== '') form.append('title', replay.title)
  return form
}

export function useStartReplay() {
  const client = useQueryClient()
  return useMutation({
    mutationFn: (replay: Replay) =>
      answer(
        api.POST('/api/v1/calls/replays', {
          // The schema types files as text; what is sent is the form below.
          body: { files: [], speed: replay.speed, title: replay.title },
          bodySerializer: () => replayForm(replay),
        }),
      ),
    onSuccess: () => client.invalidateQueries({ queryKey: ['calls'] }),
  })
}

export function useStartDemoCall() {
  const client = useQueryClient()
  return useMutation({
    mutationFn: ({ demoId, speed }: { demoId: string; speed: ReplaySpeed }) =>
      answer(
        api.POST('/api/v1/demo-calls/{demo_id}/calls', { params: { path: { demo_id: demoId } }, body: { speed } }),
      ),
    onSuccess: () => client.invalidateQueries({ queryKey: ['calls'] }),
  })
}

export function useStopCall(callId: string) {
  return useMutation({
    mutationFn: () => answer(api.POST('/api/v1/calls/{call_id}/stop', { params: { path: { call_id: callId } } })),
  })
}

export interface Feedback {
  suggestionId: string
  verdict: Verdict
  note: string
}

export function useGiveFeedback(callId: string) {
  return useMutation({
    mutationFn: ({ suggestionId, verdict, note }: Feedback) =>
      answer(
        api.POST('/api/v1/calls/{call_id}/suggestions/{suggestion_id}/feedback', {
          params: { path: { call_id: callId, suggestion_id: suggestionId } },
          body: { verdict, note },
        }),
      ),
  })
}
