import { queryOptions } from '@tanstack/react-query'

import { answer, api } from '../http'

export const healthQuery = queryOptions({
  queryKey: ['health'],
  queryFn: ({ signal }) => answer(api.GET('/api/v1/health/parts', { signal })),
  refetchInterval: 10_000,
})
