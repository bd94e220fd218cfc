import { queryOptions, useMutation, useQueryClient } from '@tanstack/react-query'

import { answer, api } from '../http'
import { problemFrom } from '../problem'
import type { NumberRule, PushTable, SimulationInput } from '../types'

const RETURN_MS = 3_000

/** Every speech flow in its newest version. */
export const flowsQuery = queryOptions({
  queryKey: ['ivr', 'flows'],
  queryFn: ({ signal }) => answer(api.GET('/api/v1/ivr/flows', { signal })),
})

/** A version of a flow; null for the newest. */
export const flowQuery = (name: string, version: number | null) =>
  queryOptions({
    queryKey: ['ivr', 'flows', name, version],
    queryFn: ({ signal }) =>
      answer(api.GET('/api/v1/ivr/flows/{name}', { params: { path: { name }, query: { version } }, signal })),
  })

/** What callers did in a flow in the last thirty days. */
export const flowFiguresQuery = (name: string) =>
  queryOptions({
    queryKey: ['ivr', 'figures', name],
    queryFn: ({ signal }) =>
      answer(api.GET('/api/v1/ivr/flows/{name}/figures', { params: { path: { name } }, signal })),
  })

/** Which flow answers which number. */
export const numbersQuery = queryOptions({
  queryKey: ['ivr', 'numbers'],
  queryFn: ({ signal }) => answer(api.GET('/api/v1/ivr/numbers', { signal })),
})

/** What the caller told the flow before the call came to the agent. */
export const callDialogueQuery = (callId: string, isRunning: boolean) =>
  queryOptions({
    // A caller whom the agent sent to a flow comes back with what it learned.
    refetchInterval: isRunning ? RETURN_MS : false,
    queryKey: ['ivr', 'dialogue', callId],
    queryFn: ({ signal }) =>
      answer(api.GET('/api/v1/calls/{call_id}/ivr', { params: { path: { call_id: callId } }, signal })),
  })

/** Says what is wrong with a flow that is being edited. */
export const checkFlow = (definition: Record<string, unknown>) =>
  answer(api.POST('/api/v1/ivr/check', { body: { definition } }))

export interface FlowSaving {
  definition: Record<string, unknown>
  note: string
  based_on: number
}

/** Keeps a flow as a new version. */
export function useSaveFlow(name: string) {
  const client = useQueryClient()
  return useMutation({
    mutationFn: (body: FlowSaving) => answer(api.PUT('/api/v1/ivr/flows/{name}', { params: { path: { name } }, body })),
    onSuccess: () => client.invalidateQueries({ queryKey: ['ivr', 'flows'] }),
  })
}

/** Puts a version before callers. */
export function usePublishFlow(name: string) {
  const client = useQueryClient()
  return useMutation({
    mutationFn: (number: number) =>
      answer(api.POST('/api/v1/ivr/flows/{name}/versions/{number}/publish', { params: { path: { name, number } } })),
    onSuccess: () => client.invalidateQueries({ queryKey: ['ivr'] }),
  })
}

/** Lets other flows answer numbers from now on. */
export function useChooseNumbers() {
  const client = useQueryClient()
  return useMutation({
    mutationFn: (rules: NumberRule[]) => answer(api.PUT('/api/v1/ivr/numbers', { body: { rules } })),
    onSuccess: () => client.invalidateQueries({ queryKey: ['ivr'] }),
  })
}

export interface SimulationRequest {
  flow: string
  definition: Record<string, unknown>
  scenario: Record<string, unknown>
  inputs: SimulationInput[]
}

/** Plays a dialogue from its beginning. */
export const simulate = (body: SimulationRequest) => answer(api.POST('/api/v1/ivr/simulations', { body }))

/** What the recogniser of calls understands of a sound. */
export const hearSound = (sound: Blob) =>
  answer(
    api.POST('/api/v1/ivr/hearing', {
      // The schema types files as text; what is sent is the form below.
      body: { file: '' },
      bodySerializer: () => {
        const form = new FormData()
        form.append('file', sound, 'sound')
        return form
      },
    }),
  )

/** Prompts that a person has recorded. */
export const recordingsQuery = queryOptions({
  queryKey: ['ivr', 'recordings'],
  queryFn: ({ signal }) => answer(api.GET('/api/v1/ivr/recordings', { signal })),
})

/** Lets callers hear a recording wherever a flow says the text. */
export function useRecordPrompt() {
  const client = useQueryClient()
  return useMutation({
    mutationFn: ({ text, sound }: { text: string; sound: Blob }) =>
      answer(
        api.POST('/api/v1/ivr/recordings', {
          // The schema types files as text; what is sent is the form below.
          body: { text, file: '' },
          bodySerializer: () => {
            const form = new FormData()
            form.append('text', text)
            form.append('file', sound, 'sound')
            return form
          },
        }),
      ),
    onSuccess: () => client.invalidateQueries({ queryKey: ['ivr', 'recordings'] }),
  })
}

/** Lets the voice say a text again. */
export function useRemoveRecording() {
  const client = useQueryClient()
  return useMutation({
    mutationFn: (text: string) => answer(api.POST('/api/v1/ivr/recordings/remove', { body: { text } })),
    onSuccess: () => client.invalidateQueries({ queryKey: ['ivr', 'recordings'] }),
  })
}

/** Texts that callers are told before a flow. */
export const pushQuery = queryOptions({
  queryKey: ['ivr', 'push'],
  queryFn: ({ signal }) => answer(api.GET('/api/v1/ivr/push', { signal })),
})

/** Tells callers other texts from now on. */
export function useChoosePush() {
  const client = useQueryClient()
  return useMutation({
    mutationFn: (body: PushTable) => answer(api.PUT('/api/v1/ivr/push', { body })),
    onSuccess: () => client.invalidateQueries({ queryKey: ['ivr', 'push'] }),
  })
}

/** The sound of a prompt as callers hear it. */
export async function speech(text: string): Promise<Blob> {
  const { data, error, response } = await api.POST('/api/v1/ivr/speech', { body: { text }, parseAs: 'blob' })
  if (!response.ok) throw problemFrom(response.status, error)
  return data as unknown as Blob
}
