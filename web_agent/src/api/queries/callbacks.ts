import { queryOptions, useMutation, useQueryClient } from '@tanstack/react-query'

import { answer, api } from '../http'
import type { AttemptOutcome, CallbackList } from '../types'

/** Others take requests as well; what they took must not be offered for long. */
const REFRESH_MS = 5_000

/** Callers who are to be called back. */
export const callbacksQuery = (view: CallbackList) =>
  queryOptions({
    queryKey: ['callbacks', view],
    queryFn: ({ signal }) => answer(api.GET('/api/v1/callbacks', { params: { query: { view } }, signal })),
    refetchInterval: REFRESH_MS,
  })

/** Messages that callers left. */
export const voicemailsQuery = (isWaiting: boolean) =>
  queryOptions({
    queryKey: ['voicemails', isWaiting],
    queryFn: ({ signal }) =>
      answer(api.GET('/api/v1/voicemails', { params: { query: { is_waiting: isWaiting } }, signal })),
    refetchInterval: REFRESH_MS,
  })

/** Address of the sound of a message. */
export const voicemailAudio = (id: string) => `/api/v1/voicemails/${id}/audio`

/** Satisfaction of the last days. */
export const surveyReportQuery = (days: number) =>
  queryOptions({
    queryKey: ['surveys', days],
    queryFn: ({ signal }) => answer(api.GET('/api/v1/surveys/report', { params: { query: { days } }, signal })),
  })

export type CallbackDeed =
  { deed: 'take' | 'release' | 'dial'; id: string } | { deed: 'outcome'; id: string; given: AttemptOutcome }

function actOnCallback(wanted: CallbackDeed) {
  const params = { path: { request_id: wanted.id } }
  switch (wanted.deed) {
    case 'take':
      return answer(api.POST('/api/v1/callbacks/{request_id}/take', { params }))
    case 'release':
      return answer(api.POST('/api/v1/callbacks/{request_id}/release', { params }))
    case 'dial':
      return answer(api.POST('/api/v1/callbacks/{request_id}/dial', { params }))
    case 'outcome':
      return answer(api.POST('/api/v1/callbacks/{request_id}/outcome', { params, body: wanted.given }))
  }
}

/** Takes, gives back, dials a request, or keeps what came of it. */
export function useActOnCallback() {
  const client = useQueryClient()
  return useMutation({
    mutationFn: actOnCallback,
    onSettled: () => client.invalidateQueries({ queryKey: ['callbacks'] }),
  })
}

export interface VoicemailDeed {
  deed: 'order' | 'callback' | 'done'
  id: string
}

/** Makes a draft order of a message, calls its caller back, or notes that nothing is left to do. */
export function useActOnVoicemail() {
  const client = useQueryClient()
  return useMutation({
    mutationFn: async ({ deed, id }: VoicemailDeed) => {
      const params = { path: { voicemail_id: id } }
      switch (deed) {
        case 'order':
          return (await answer(api.POST('/api/v1/voicemails/{voicemail_id}/order', { params }))).order_id
        case 'callback':
          await answer(api.POST('/api/v1/voicemails/{voicemail_id}/callback', { params }))
          return null
        case 'done':
          await answer(api.POST('/api/v1/voicemails/{voicemail_id}/done', { params }))
          return null
      }
    },
    onSettled: async () => {
      await client.invalidateQueries({ queryKey: ['voicemails'] })
      await client.invalidateQueries({ queryKey: ['callbacks'] })
    },
  })
}
