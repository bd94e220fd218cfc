import { queryOptions, useMutation, useQueryClient } from '@tanstack/react-query'

import { answer, api } from '../http'
import type { MassFaultConfirmation, NoticeDraft } from '../types'

/** Notices that hold now; a desk asks again so often that a new one reaches the next caller. */
const EVERY_MS = 30_000

export const currentNoticesQuery = queryOptions({
  queryKey: ['notices', 'current'],
  queryFn: ({ signal }) =>
    answer(api.GET('/api/v1/notices', { params: { query: { is_current: true, limit: 200 } }, signal })),
  refetchInterval: EVERY_MS,
})

export const noticesQuery = queryOptions({
  queryKey: ['notices', 'all'],
  queryFn: ({ signal }) => answer(api.GET('/api/v1/notices', { params: { query: { limit: 200 } }, signal })),
})

export const massFaultsQuery = queryOptions({
  queryKey: ['orders', 'mass-faults'],
  queryFn: ({ signal }) => answer(api.GET('/api/v1/work-orders/mass-faults', { signal })),
  refetchInterval: EVERY_MS,
})

export const createNotice = (draft: NoticeDraft) => answer(api.POST('/api/v1/notices', { body: draft }))

export const confirmMassFault = (body: MassFaultConfirmation) =>
  answer(api.POST('/api/v1/work-orders/mass-faults', { body }))

export function useEndNotice() {
  const changed = useNoticesChanged()
  return useMutation({
    mutationFn: (id: string) =>
      answer(api.POST('/api/v1/notices/{notice_id}/end', { params: { path: { notice_id: id } } })),
    onSuccess: changed,
  })
}

export function useNoticesChanged() {
  const client = useQueryClient()
  return async () => {
    await client.invalidateQueries({ queryKey: ['notices'] })
    await client.invalidateQueries({ queryKey: ['orders'] })
  }
}
