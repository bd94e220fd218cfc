import { queryOptions, useMutation, useQueryClient } from '@tanstack/react-query'

import { answer, api } from '../http'
import type { AccountChange, AccountCreation } from '../types'

export const accountsQuery = queryOptions({
  queryKey: ['accounts'],
  queryFn: ({ signal }) => answer(api.GET('/api/v1/accounts', { signal })),
})

export function useCreateAccount() {
  const client = useQueryClient()
  return useMutation({
    mutationFn: (account: AccountCreation) => answer(api.POST('/api/v1/accounts', { body: account })),
    onSuccess: () => client.invalidateQueries({ queryKey: accountsQuery.queryKey }),
  })
}

export function useChangeAccount() {
  const client = useQueryClient()
  return useMutation({
    mutationFn: ({ id, change }: { id: string; change: AccountChange }) =>
      answer(api.PATCH('/api/v1/accounts/{account_id}', { params: { path: { account_id: id } }, body: change })),
    onSuccess: () => client.invalidateQueries({ queryKey: accountsQuery.queryKey }),
  })
}
