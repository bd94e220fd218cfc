import { queryOptions, useMutation, useQueryClient } from '@tanstack/react-query'

import { answer, api } from '../http'

const LOOK_AGAIN_MS = 2_000

/** The second pass of a finished call; asked for again while its job goes on. */
export const secondPassQuery = (callId: string) =>
  queryOptions({
    queryKey: ['second-pass', callId],
    queryFn: ({ signal }) =>
      answer(api.GET('/api/v1/calls/{call_id}/second-pass', { params: { path: { call_id: callId } }, signal })),
    refetchInterval: (query) => (query.state.data?.state === 'ordered' ? LOOK_AGAIN_MS : false),
  })

/** Orders that the recording of a call is heard again. */
export function useOrderSecondPass(callId: string) {
  const client = useQueryClient()
  return useMutation({
    mutationFn: () =>
      answer(api.POST('/api/v1/calls/{call_id}/second-pass', { params: { path: { call_id: callId } } })),
    onSuccess: (ordered) => {
      client.setQueryData(secondPassQuery(callId).queryKey, ordered)
    },
  })
}

/** Address of the transcript as a file; what is downloaded stands in the audit log. */
export const transcriptFile = (callId: string, version: 'as_seen' | 'second_pass', format: 'srt' | 'csv'): string =>
  `/api/v1/calls/${callId}/transcript/file?version=${version}&format=${format}`
