import { queryOptions, useMutation, useQueryClient } from '@tanstack/react-query'

import { answer, api } from '../http'

/** Numbers of callers go in the body, never in an address. */
export function useFindCustomers() {
  return useMutation({
    mutationFn: (text: string) => answer(api.POST('/api/v1/customers/search', { body: { text } })),
  })
}

/** Whose number it is; the number goes in the body, and the answer is kept while the telephone shows it. */
export const customersOfNumberQuery = (number: string) =>
  queryOptions({
    queryKey: ['customers', 'of-number', number],
    queryFn: ({ signal }) => answer(api.POST('/api/v1/customers/search', { body: { text: number }, signal })),
    staleTime: 60_000,
    gcTime: 60_000,
    retry: false,
  })

export const customerQuery = (id: string) =>
  queryOptions({
    queryKey: ['customers', id],
    queryFn: ({ signal }) =>
      answer(api.GET('/api/v1/customers/{customer_id}', { params: { path: { customer_id: id } }, signal })),
  })

export const contactsQuery = (id: string) =>
  queryOptions({
    queryKey: ['customers', id, 'contacts'],
    queryFn: ({ signal }) =>
      answer(api.GET('/api/v1/customers/{customer_id}/contacts', { params: { path: { customer_id: id } }, signal })),
  })

export const customerAccountQuery = (id: string) =>
  queryOptions({
    queryKey: ['customers', id, 'account'],
    queryFn: ({ signal }) =>
      answer(api.GET('/api/v1/customers/{customer_id}/account', { params: { path: { customer_id: id } }, signal })),
    retry: false,
  })

export function useImportCustomers() {
  const client = useQueryClient()
  return useMutation({
    mutationFn: (file: File) =>
      answer(
        api.POST('/api/v1/customers/import', {
          // The schema types files as text; what is sent is the form below.
          body: { file: '' },
          bodySerializer: () => {
            const form = new FormData()
            form.append('file', file)
            return form
          },
        }),
      ),
    onSuccess: () => client.invalidateQueries({ queryKey: ['customers'] }),
  })
}
