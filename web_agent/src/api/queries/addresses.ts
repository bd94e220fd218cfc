import { queryOptions, useMutation, useQueryClient } from '@tanstack/react-query'

import { answer, api } from '../http'

/** The districts, or what stands right below a place. */
export const placesQuery = (parentId: string | null) =>
  queryOptions({
    queryKey: ['addresses', 'below', parentId],
    queryFn: ({ signal }) =>
      answer(api.GET('/api/v1/addresses', { params: { query: { parent_id: parentId } }, signal })),
  })

/** The place that an address means; addresses of callers go in the body, never in an address of the server. */
export const matchQuery = (text: string) =>
  queryOptions({
    queryKey: ['addresses', 'match', text],
    queryFn: ({ signal }) => answer(api.POST('/api/v1/addresses/match', { body: { text }, signal })),
    staleTime: 60_000,
    gcTime: 60_000,
    retry: false,
  })

interface SentFile {
  file: File
  isPreview: boolean
}

export function useImportAddresses() {
  const client = useQueryClient()
  return useMutation({
    mutationFn: ({ file, isPreview }: SentFile) =>
      answer(
        api.POST('/api/v1/addresses/import', {
          params: { query: { is_preview: isPreview } },
          // The schema types files as text; what is sent is the form below.
          body: { file: '' },
          bodySerializer: () => {
            const form = new FormData()
            form.append('file', file)
            return form
          },
        }),
      ),
    onSuccess: (_made, sent) => (sent.isPreview ? undefined : client.invalidateQueries({ queryKey: ['addresses'] })),
  })
}
