import { queryOptions, useMutation } from '@tanstack/react-query'

import { answer, api } from '../http'
import type { CallFact } from '../types'

export function useEditFact(callId: string) {
  return useMutation({
    mutationFn: ({ field, value }: { field: CallFact['field']; value: string }) =>
      answer(
        api.PUT('/api/v1/calls/{call_id}/facts/{field}', {
          params: { path: { call_id: callId, field } },
          body: { value },
        }),
      ),
  })
}

/** The summary of a call as far as it went; `version` changes whenever more was said or a field was set. */
export const summaryQuery = (callId: string, version: string) =>
  queryOptions({
    queryKey: ['summary', callId, version],
    queryFn: ({ signal }) =>
      answer(api.GET('/api/v1/calls/{call_id}/summary', { params: { path: { call_id: callId } }, signal })),
    placeholderData: (before) => before,
    staleTime: Infinity,
  })

export function useAcceptSummary(callId: string) {
  return useMutation({
    mutationFn: () =>
      answer(api.PUT('/api/v1/calls/{call_id}/summary/accepted', { params: { path: { call_id: callId } } })),
  })
}
