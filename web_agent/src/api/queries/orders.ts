import { infiniteQueryOptions, queryOptions, useMutation, useQueryClient } from '@tanstack/react-query'

import { answer, api } from '../http'
import type {
  BoardGroup,
  OrderActionRequest,
  OrderDraft,
  OrderLine,
  OrderState,
  OrderType,
  SlotQuestion,
} from '../types'

const PAGE_SIZE = 50

export interface OrderFilter {
  state: OrderState | null
  business_type: OrderType | null
  sector: OrderLine['sector'] | null
  unit_id: string | null
  is_open: boolean
  is_overdue: boolean
}

export const ordersQuery = (filter: OrderFilter) =>
  infiniteQueryOptions({
    queryKey: ['orders', filter],
    queryFn: ({ pageParam, signal }) =>
      answer(
        api.GET('/api/v1/work-orders', {
          params: { query: { ...filter, cursor: pageParam, limit: PAGE_SIZE } },
          signal,
        }),
      ),
    initialPageParam: null as string | null,
    getNextPageParam: (page) => page.next_cursor,
  })

export const orderQuery = (id: string) =>
  queryOptions({
    queryKey: ['orders', 'one', id],
    queryFn: ({ signal }) =>
      answer(api.GET('/api/v1/work-orders/{order_id}', { params: { path: { order_id: id } }, signal })),
  })

/** What dispatchers watch changes while they look: asked again every few seconds. */
const BOARD_EVERY_MS = 4_000

export const boardQuery = (group: BoardGroup, sector: OrderLine['sector'] | null) =>
  queryOptions({
    queryKey: ['orders', 'board', group, sector],
    queryFn: ({ signal }) =>
      answer(api.GET('/api/v1/work-orders/board', { params: { query: { group, sector } }, signal })),
    placeholderData: (before) => before,
    refetchInterval: BOARD_EVERY_MS,
  })

/** First-contact resolution of the last days. */
export const firstContactQuery = (days: number) =>
  queryOptions({
    queryKey: ['first-contact', days],
    queryFn: ({ signal }) =>
      answer(api.GET('/api/v1/work-orders/first-contact', { params: { query: { days } }, signal })),
    placeholderData: (before) => before,
  })

/** When a crew of the order's unit can come. */
export const slotsQuery = (id: string) =>
  queryOptions({
    queryKey: ['orders', 'slots', id],
    queryFn: ({ signal }) =>
      answer(api.GET('/api/v1/work-orders/{order_id}/slots', { params: { path: { order_id: id } }, signal })),
  })

/** When a crew could come for an order that is still being written; its address goes in the body. */
export const slotsForQuery = (question: SlotQuestion) =>
  queryOptions({
    queryKey: ['orders', 'slots-for', question],
    queryFn: ({ signal }) => answer(api.POST('/api/v1/work-orders/slots', { body: question, signal })),
    placeholderData: (before) => before,
    gcTime: 60_000,
  })

/** What each business type needs, with the question to ask for it. */
export const requiredFieldsQuery = queryOptions({
  queryKey: ['orders', 'fields'],
  queryFn: ({ signal }) => answer(api.GET('/api/v1/work-orders/fields', { signal })),
  staleTime: Infinity,
})

export const orderUnitsQuery = queryOptions({
  queryKey: ['orders', 'units'],
  queryFn: ({ signal }) => answer(api.GET('/api/v1/work-orders/units', { signal })),
})

/** The order that a call suggests; `version` changes whenever the call has filled or lost a field. */
export const orderProposalQuery = (callId: string, version = '') =>
  queryOptions({
    queryKey: ['orders', 'proposal', callId, version],
    queryFn: ({ signal }) =>
      answer(api.GET('/api/v1/calls/{call_id}/work-order', { params: { path: { call_id: callId } }, signal })),
    placeholderData: (before) => before,
    staleTime: Infinity,
  })

export const createOrder = (draft: OrderDraft) => answer(api.POST('/api/v1/work-orders', { body: draft }))

export const actOnOrder = (id: string, deed: OrderActionRequest) =>
  answer(api.POST('/api/v1/work-orders/{order_id}/actions', { params: { path: { order_id: id } }, body: deed }))

export function useOrdersChanged() {
  const client = useQueryClient()
  return () => client.invalidateQueries({ queryKey: ['orders'] })
}

export function useCrewLink(id: string) {
  return useMutation({
    mutationFn: () =>
      answer(api.POST('/api/v1/work-orders/{order_id}/crew-link', { params: { path: { order_id: id } } })),
  })
}

/** The order with a number, for those who merge by it. */
export async function findOrderByNumber(number: string): Promise<string | null> {
  const page = await answer(api.GET('/api/v1/work-orders', { params: { query: { number } } }))
  return page.items[0]?.id ?? null
}

export const photoAddress = (orderId: string, photoId: string): string =>
  `/api/v1/work-orders/${orderId}/photos/${photoId}`
