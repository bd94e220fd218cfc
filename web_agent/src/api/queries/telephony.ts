import { queryOptions, useMutation, useQueryClient } from '@tanstack/react-query'

import { answer, api } from '../http'
import type { AgentStateChoice, FlowForCaller, SoftphoneAccess, TelephoneView } from '../types'

/** How often one's telephone is asked for: while its socket tells it, while it does not, and without a telephone. */
const TOLD_MS = 60_000
const UNTOLD_MS = 1_000
const IDLE_MS = 15_000
/** With the time after which a silent socket is doubted, a lost server is said within three seconds. */
const TIMEOUT_MS = 1_200
const COLLEAGUES_MS = 3_000
export const TELEPHONE_KEY = ['telephony', 'agent'] as const

/** One's own telephone: its state and its call. */
export const telephoneQuery = (isInUse: boolean, isTold: boolean) =>
  queryOptions({
    queryKey: TELEPHONE_KEY,
    queryFn: ({ signal }) =>
      answer(
        api.GET('/api/v1/telephony/agent', { signal: AbortSignal.any([signal, AbortSignal.timeout(TIMEOUT_MS)]) }),
      ),
    refetchInterval: isTold ? TOLD_MS : isInUse ? UNTOLD_MS : IDLE_MS,
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
      client.setQueryData(TELEPHONE_KEY, view)
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

/** Calls a colleague or a number outside into one's call. */
export function useInvite() {
  return useMutation({
    mutationFn: (number: string) =>
      answer(api.POST('/api/v1/telephony/agent/conference/members', { body: { number } })),
  })
}

/** Ends somebody's part in one's conference. */
export function useRemoveMember() {
  return useMutation({
    mutationFn: (legId: string) =>
      answer(
        api.DELETE('/api/v1/telephony/agent/conference/members/{leg_id}', { params: { path: { leg_id: legId } } }),
      ),
  })
}
