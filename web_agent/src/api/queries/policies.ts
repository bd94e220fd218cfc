import { queryOptions, useMutation, useQueryClient } from '@tanstack/react-query'

import { answer, api } from '../http'

/** Every policy with the settings in force. */
export const policiesQuery = queryOptions({
  queryKey: ['policies'],
  queryFn: ({ signal }) => answer(api.GET('/api/v1/policies', { signal })),
})

export const policyHistoryQuery = (name: string) =>
  queryOptions({
    queryKey: ['policies', name, 'versions'],
    queryFn: ({ signal }) =>
      answer(api.GET('/api/v1/policies/{name}/versions', { params: { path: { name } }, signal })),
  })

/** What verdicts of agents propose for a policy. */
export const policyProposalQuery = (name: string) =>
  queryOptions({
    queryKey: ['policies', name, 'proposal'],
    queryFn: ({ signal }) =>
      answer(api.GET('/api/v1/policies/{name}/proposal', { params: { path: { name } }, signal })),
  })

export interface PolicyChoice {
  value: Record<string, unknown>
  note: string
  /** Number of the version that was seen, 0 for the defaults. */
  based_on: number
}

/** Puts other settings in force from now on. */
export function useChoosePolicy(name: string) {
  const client = useQueryClient()
  return useMutation({
    mutationFn: (body: PolicyChoice) =>
      answer(api.PUT('/api/v1/policies/{name}', { params: { path: { name } }, body })),
    onSuccess: () => client.invalidateQueries({ queryKey: policiesQuery.queryKey }),
  })
}

/** Puts the settings of an earlier version in force again. */
export function useRestorePolicy(name: string) {
  const client = useQueryClient()
  return useMutation({
    mutationFn: (body: { number: number; note: string; based_on: number }) =>
      answer(api.POST('/api/v1/policies/{name}/restore', { params: { path: { name } }, body })),
    onSuccess: () => client.invalidateQueries({ queryKey: policiesQuery.queryKey }),
  })
}
