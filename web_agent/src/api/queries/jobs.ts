import { infiniteQueryOptions, useMutation, useQueryClient } from '@tanstack/react-query'

import { answer, api } from '../http'
import type { JobState } from '../types'

const PAGE_SIZE = 50
/** How often the progress of an unfinished job is read. */
const PROGRESS_MS = 2_000
const UNFINISHED: readonly JobState[] = ['waiting', 'running']

/** Jobs, the newest first: one's own, or everyone's with the permission; null for every state. */
export const jobsQuery = (state: JobState | null) =>
  infiniteQueryOptions({
    queryKey: ['jobs', state],
    queryFn: ({ pageParam, signal }) =>
      answer(api.GET('/api/v1/jobs', { params: { query: { cursor: pageParam, limit: PAGE_SIZE, state } }, signal })),
    initialPageParam: null as string | null,
    getNextPageParam: (page) => page.next_cursor,
    refetchInterval: ({ state: { data } }) =>
      data?.pages.some((page) => page.items.some((job) => UNFINISHED.includes(job.state))) === true
        ? PROGRESS_MS
        : false,
  })

/** Ends a waiting job, or asks a running one to stop. */
export function useCancelJob() {
  const client = useQueryClient()
  return useMutation({
    mutationFn: (id: string) => answer(api.POST('/api/v1/jobs/{job_id}/cancel', { params: { path: { job_id: id } } })),
    onSettled: () => client.invalidateQueries({ queryKey: ['jobs'] }),
  })
}

/** Lets a failed job wait again with all its attempts. */
export function useRetryJob() {
  const client = useQueryClient()
  return useMutation({
    mutationFn: (id: string) => answer(api.POST('/api/v1/jobs/{job_id}/retry', { params: { path: { job_id: id } } })),
    onSettled: () => client.invalidateQueries({ queryKey: ['jobs'] }),
  })
}
