import { infiniteQueryOptions, useMutation, useQueryClient } from '@tanstack/react-query'

import { answer, api } from '../http'

const PAGE_SIZE = 20

/** One's own notifications, the newest first. */
export const notificationsQuery = infiniteQueryOptions({
  queryKey: ['notifications'],
  queryFn: ({ pageParam, signal }) =>
    answer(api.GET('/api/v1/notifications', { params: { query: { cursor: pageParam, limit: PAGE_SIZE } }, signal })),
  initialPageParam: null as string | null,
  getNextPageParam: (page) => page.next_cursor,
})

/** Notes that notifications were read; null for all of them. */
export function useMarkRead() {
  const client = useQueryClient()
  return useMutation({
    mutationFn: (ids: string[] | null) => answer(api.POST('/api/v1/notifications/read', { body: { ids } })),
    onSuccess: () => client.invalidateQueries({ queryKey: notificationsQuery.queryKey }),
  })
}
