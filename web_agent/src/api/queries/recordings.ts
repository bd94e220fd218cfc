import { queryOptions, useMutation, useQueryClient } from '@tanstack/react-query'

import { answer, api } from '../http'

/** Legs, hashes and legal hold of a call's audio. */
export const recordingQuery = (callId: string) =>
  queryOptions({
    queryKey: ['recording', callId],
    queryFn: ({ signal }) =>
      answer(api.GET('/api/v1/calls/{call_id}/recording', { params: { path: { call_id: callId } }, signal })),
  })

/** Keeps the audio of a call whatever the retention says; null ends the hold. */
export function useHoldRecording(callId: string) {
  const client = useQueryClient()
  const params = { path: { call_id: callId } }
  return useMutation({
    mutationFn: (reason: string | null) =>
      reason === null
        ? answer(api.DELETE('/api/v1/calls/{call_id}/recording/hold', { params }))
        : answer(api.PUT('/api/v1/calls/{call_id}/recording/hold', { params, body: { reason } })),
    onSuccess: (recording) => {
      client.setQueryData(recordingQuery(callId).queryKey, recording)
    },
  })
}

/** Telephone calls of the last day whose recording or text is missing. */
export const recordingGapsQuery = queryOptions({
  queryKey: ['recordings', 'gaps'],
  queryFn: ({ signal }) => answer(api.GET('/api/v1/recordings/gaps', { signal })),
  refetchInterval: 30_000,
})

/** How whole the days of the last month are, against the records of exchanges; the newest first. */
export const recordingDaysQuery = queryOptions({
  queryKey: ['recordings', 'days'],
  queryFn: ({ signal }) => answer(api.GET('/api/v1/recordings/days', { signal })),
  refetchInterval: 60_000,
})

/** What a day lacks, each with its reason. */
export const dayGapsQuery = (day: string) =>
  queryOptions({
    queryKey: ['recordings', 'days', day],
    queryFn: ({ signal }) =>
      answer(api.GET('/api/v1/recordings/days/{day}/gaps', { params: { path: { day } }, signal })),
  })
