import { queryOptions, useQueryClient } from '@tanstack/react-query'

import { answer, api } from '../http'
import type { NewHireDraft } from '../types'

const KEY = ['new-hires']

export const newHiresQuery = queryOptions({
  queryKey: [...KEY, 'all'],
  queryFn: ({ signal }) => answer(api.GET('/api/v1/training/new-hires', { signal })),
})

export const ownHelpQuery = queryOptions({
  queryKey: [...KEY, 'mine'],
  queryFn: ({ signal }) => answer(api.GET('/api/v1/training/new-hires/mine', { signal })),
  // A level changes a few times in a career: the desk does not ask with every call.
  staleTime: 300_000,
})

export const setNewHire = ({ accountId, draft }: { accountId: string; draft: NewHireDraft }) =>
  answer(
    api.PUT('/api/v1/training/new-hires/{account_id}', { params: { path: { account_id: accountId } }, body: draft }),
  )

export const endNewHire = (accountId: string) =>
  answer(api.DELETE('/api/v1/training/new-hires/{account_id}', { params: { path: { account_id: accountId } } }))

export function useNewHiresChanged() {
  const client = useQueryClient()
  return () => client.invalidateQueries({ queryKey: KEY })
}
