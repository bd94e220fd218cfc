import { useMutation } from '@tanstack/react-query'

import { answer, api } from '../http'
import type { AgentStateRequest, SuperviseMode } from '../types'

/** Rings the supervisor's own telephone, which then listens, whispers or speaks in the call. */
export function useSupervise(callId: string) {
  return useMutation({
    mutationFn: (mode: SuperviseMode) =>
      answer(
        api.POST('/api/v1/floor/calls/{call_id}/supervise', { params: { path: { call_id: callId } }, body: { mode } }),
      ),
  })
}

/** Connects the customer with the supervisor, who listens already. */
export function useTakeOver(callId: string) {
  return useMutation({
    mutationFn: () =>
      answer(api.POST('/api/v1/floor/calls/{call_id}/take-over', { params: { path: { call_id: callId } } })),
  })
}

/** Puts a knowledge entry before the agent of a running call. */
export function usePushCard(callId: string) {
  return useMutation({
    mutationFn: (entryId: string) =>
      answer(
        api.POST('/api/v1/floor/calls/{call_id}/cards', {
          params: { path: { call_id: callId } },
          body: { entry_id: entryId },
        }),
      ),
  })
}

/** Makes an agent ready, or pauses the agent. */
export function useSetAgentState() {
  return useMutation({
    mutationFn: ({ agent, ...body }: AgentStateRequest & { agent: string }) =>
      answer(api.PUT('/api/v1/floor/agents/{agent}/state', { params: { path: { agent } }, body })),
  })
}
