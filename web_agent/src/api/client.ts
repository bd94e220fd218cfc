import { QueryCache, QueryClient } from '@tanstack/react-query'

import { Problem } from './problem'
import { forgetSession } from './queries/session'

/** The memory of what the server has said; a session that has ended shows itself on any request and empties it. */
export function createQueryClient(): QueryClient {
  const client: QueryClient = new QueryClient({
    defaultOptions: {
      queries: {
        retry: (failures, error) =>
          failures < 2 && error instanceof Problem && (error.status === 0 || error.status >= 502),
        refetchOnWindowFocus: false,
      },
    },
    queryCache: new QueryCache({
      onError: (error) => {
        if (error instanceof Problem && error.status === 401) forgetSession(client)
      },
    }),
  })
  return client
}
