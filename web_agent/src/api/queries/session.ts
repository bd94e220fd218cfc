import type { QueryClient } from '@tanstack/react-query'
import { hashKey, queryOptions, useMutation, useQueryClient } from '@tanstack/react-query'

import { answer, api } from '../http'
import { Problem } from '../problem'
import type { SessionView } from '../types'

/** The signed-in account, or null: "not signed in" is an answer, not an error. */
export const sessionQuery = queryOptions({
  queryKey: ['session'],
  queryFn: async (): Promise<SessionView | null> => {
    try {
      return await answer(api.GET('/api/v1/session'))
    } catch (error) {
      if (error instanceof Problem && error.status === 401) return null
      throw error
    }
  },
  staleTime: 60_000,
})

/**
 * Forgets a person: the page asks for sign-in, and nothing they read or sent stays in memory. The session's query stays
 * where it is, for a page goes on watching a removed one and would never hear of this.
 */
export function forgetSession(client: QueryClient): void {
  client.setQueryData(sessionQuery.queryKey, null)
  client.removeQueries({ predicate: ({ queryHash }) => queryHash !== hashKey(sessionQuery.queryKey) })
  client.getMutationCache().clear()
}

export function useSignIn() {
  const client = useQueryClient()
  return useMutation({
    mutationFn: async (credentials: { username: string; password: string }) => {
      await answer(api.POST('/api/v1/session', { body: credentials }))
      await client.query({ ...sessionQuery, staleTime: 0 })
    },
  })
}

export function useSignOut() {
  const client = useQueryClient()
  return useMutation({
    mutationFn: () => answer(api.DELETE('/api/v1/session')),
    onSettled: () => {
      forgetSession(client)
    },
  })
}

export function useChangePassword() {
  const client = useQueryClient()
  return useMutation({
    mutationFn: async (change: { current_password: string; new_password: string }) => {
      await answer(api.POST('/api/v1/session/password', { body: change }))
      await client.query({ ...sessionQuery, staleTime: 0 })
    },
  })
}

/** The browsers in which the account is signed in. */
export const ownSessionsQuery = queryOptions({
  queryKey: ['session', 'browsers'],
  queryFn: () => answer(api.GET('/api/v1/session/browsers')),
})

/** Signs out one other browser of one's own, or with null all of them. */
export function useEndOwnSession() {
  const client = useQueryClient()
  return useMutation({
    mutationFn: (id: string | null) =>
      id === null
        ? answer(api.DELETE('/api/v1/session/browsers'))
        : answer(api.DELETE('/api/v1/session/browsers/{session_id}', { params: { path: { session_id: id } } })),
    onSettled: () => client.invalidateQueries({ queryKey: ownSessionsQuery.queryKey }),
  })
}
