import { keepPreviousData, queryOptions } from '@tanstack/react-query'

import { answer, api } from '../http'
import type { SearchRequest } from '../types'

export interface SearchInput {
  text: string
  /** The call during which it was typed. */
  callId: string | null
}

const RESULTS = 8
const KINDS: SearchRequest['kinds'] = ['entry', 'case']

export const searchQuery = ({ text, callId }: SearchInput) =>
  queryOptions({
    queryKey: ['search', text, callId],
    queryFn: ({ signal }) =>
      answer(
        api.POST('/api/v1/search', {
          body: { text, kinds: KINDS, limit: RESULTS, call_id: callId, audience: 'agent' },
          signal,
        }),
      ),
    enabled: text !== '',
    placeholderData: keepPreviousData,
    staleTime: 10_000,
  })
