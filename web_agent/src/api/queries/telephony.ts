import { queryOptions, useMutation, useQueryClient } from '@tanstack/react-query'

import { answer, api } from '../http'
import type { AgentStateChoice, FlowForCaller, SoftphoneAccess, TelephoneView } from '../types'

/** How often one's telephone is looked at while it is in use; a lost server is noticed within three seconds. */
const IN_USE_MS = 1_000
const IDLE_MS = 15_000
const TIMEOUT_MS = 2_000
const COLLEAGUES_MS = 3_000
const KEY = ['telephony', 'agent'] as const

/** One's own telephone: its state and its call. */
export const telephoneQuery = (isInUse: boolean) =>
  queryOptions({
    queryKey: KEY,
    queryFn: ({ signal }) =>
      answer(
        api.GET('/api/v1/telephony/agent', { signal: AbortSignal.any([signal, AbortSignal.timeout(TIMEOUT_MS)]) }),
      ),
    refetchInterval: isInUse ? IN_USE_MS : IDLE_MS,
    refetchIntervalInBackground: true,
    retry: false,
  })

/** The password of one's telephone; asked for at each sign-in and kept nowhere. */
export const openSoftphone = (): Promise<SoftphoneAccess> => answer(api.GET('/api/v1/telephony/softphone'))

export function useChooseState() {
  const client = useQueryClient()
  return useMutation({
    mutationFn: (choice: AgentStateChoice) => answer(api.PUT('/api/v1/telephony/agent/state', { body: choice })),
    onSuccess: (view: TelephoneView) => {
      client.setQueryData(KEY, view)
    },
  })
}

export function useTransfer() {
  return useMutation({
    mutationFn: (number: string) => answer(api.POST('/api/v1/telephony/agent/transfer', { body: { number } })),
  })
}

/** Lets one's caller talk with a speech flow and come back. */
export function useSendToFlow() {
  return useMutation({
    mutationFn: (flow: FlowForCaller['flow']) => answer(api.POST('/api/v1/telephony/agent/flow', { body: { flow } })),
  })
}

export function useConsult() {
  return useMutation({
    mutationFn: (number: string) => answer(api.POST('/api/v1/telephony/agent/consult', { body: { number } })),
  })
}

export function useJoinThree() {
  return useMutation({ mutationFn: () => answer(api.POST('/api/v1/telephony/agent/conference')) })
}

/** Agents who can be called now; asked for while a number is being entered. */
export const colleaguesQuery = queryOptions({
  queryKey: ['telephony', 'colleagues'],
  queryFn: ({ signal }) => answer(api.GET('/api/v1/telephony/colleagues', { signal })),
  staleTime: COLLEAGUES_MS,
})

export function useCancelConsult() {
  return useMutation({ mutationFn: () => answer(api.DELETE('/api/v1/telephony/agent/consult')) })
}
