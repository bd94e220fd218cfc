import { queryOptions, useMutation, useQueryClient } from '@tanstack/react-query'

import { answer, api } from '../http'
import type { ApiTokenDraft, WebhookDraft, WebhookView } from '../types'

/** While somebody watches, what waits for delivery changes every few seconds. */
const EVERY_MS = 5_000

export const tokensQuery = queryOptions({
  queryKey: ['integrations', 'tokens'],
  queryFn: ({ signal }) => answer(api.GET('/api/v1/api-tokens', { signal })),
})

export const webhooksQuery = queryOptions({
  queryKey: ['integrations', 'webhooks'],
  queryFn: ({ signal }) => answer(api.GET('/api/v1/webhooks', { signal })),
  refetchInterval: EVERY_MS,
})

export const deliveriesQuery = (isDead: boolean) =>
  queryOptions({
    queryKey: ['integrations', 'deliveries', isDead],
    queryFn: ({ signal }) =>
      answer(
        api.GET('/api/v1/webhooks/deliveries', {
          params: { query: { state: isDead ? 'dead' : null, limit: 50 } },
          signal,
        }),
      ),
    refetchInterval: EVERY_MS,
  })

export const createToken = (body: ApiTokenDraft) => answer(api.POST('/api/v1/api-tokens', { body }))

export const createWebhook = (body: WebhookDraft) => answer(api.POST('/api/v1/webhooks', { body }))

const draftOf = (webhook: WebhookView): WebhookDraft => ({
  name: webhook.name,
  url: webhook.url,
  event_types: webhook.event_types,
  wants_caller_data: webhook.wants_caller_data,
  is_active: webhook.is_active,
})

export function useIntegrationsChanged() {
  const client = useQueryClient()
  return () => client.invalidateQueries({ queryKey: ['integrations'] })
}

export function useRevokeToken() {
  return useMutation({
    mutationFn: (id: string) =>
      answer(api.POST('/api/v1/api-tokens/{token_id}/revoke', { params: { path: { token_id: id } } })),
    onSuccess: useIntegrationsChanged(),
  })
}

/** Pauses a webhook that is told of events, and resumes one that is not. */
export function useToggleWebhook() {
  return useMutation({
    mutationFn: (webhook: WebhookView) =>
      answer(
        api.PUT('/api/v1/webhooks/{webhook_id}', {
          params: { path: { webhook_id: webhook.id } },
          body: { ...draftOf(webhook), is_active: !webhook.is_active },
        }),
      ),
    onSuccess: useIntegrationsChanged(),
  })
}

export function useRemoveWebhook() {
  return useMutation({
    mutationFn: (id: string) =>
      answer(api.DELETE('/api/v1/webhooks/{webhook_id}', { params: { path: { webhook_id: id } } })),
    onSuccess: useIntegrationsChanged(),
  })
}

export function useTestWebhook() {
  return useMutation({
    mutationFn: (id: string) =>
      answer(api.POST('/api/v1/webhooks/{webhook_id}/test', { params: { path: { webhook_id: id } } })),
    onSuccess: useIntegrationsChanged(),
  })
}

export function useReplayDelivery() {
  return useMutation({
    mutationFn: (id: string) =>
      answer(api.POST('/api/v1/webhooks/deliveries/{delivery_id}/replay', { params: { path: { delivery_id: id } } })),
    onSuccess: useIntegrationsChanged(),
  })
}

/** Gives a webhook a new secret; the one before stays valid for the overlap. */
export const rotateSecret = (id: string, overlapHours: number) =>
  answer(
    api.POST('/api/v1/webhooks/{webhook_id}/secret', {
      params: { path: { webhook_id: id } },
      body: { overlap_hours: overlapHours },
    }),
  )
