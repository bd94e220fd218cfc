import { queryOptions, useMutation, useQueryClient } from '@tanstack/react-query'

import { answer, api } from '../http'
import type { TaxonomyChange } from '../types'

const TAXONOMY = 'taxonomy'

export const packQuery = (pack: string) =>
  queryOptions({
    queryKey: [TAXONOMY, pack],
    queryFn: ({ signal }) => answer(api.GET('/api/v1/taxonomy/{pack}', { params: { path: { pack } }, signal })),
  })

export const packHistoryQuery = (pack: string) =>
  queryOptions({
    queryKey: [TAXONOMY, pack, 'history'],
    queryFn: ({ signal }) => answer(api.GET('/api/v1/taxonomy/{pack}/history', { params: { path: { pack } }, signal })),
  })

export const packFileAddress = (pack: string): string => `/api/v1/taxonomy/${pack}/file`

/** Everything that shows names or counts of categories is asked for again. */
function useForgetTaxonomy(): () => Promise<unknown> {
  const client = useQueryClient()
  return () =>
    Promise.all([
      client.invalidateQueries({ queryKey: [TAXONOMY] }),
      client.invalidateQueries({ queryKey: ['knowledge'] }),
    ])
}

export function useChangePack(pack: string, baseNumber: number) {
  return useMutation({
    mutationFn: (change: TaxonomyChange) =>
      answer(
        api.POST('/api/v1/taxonomy/{pack}/changes', {
          params: { path: { pack } },
          body: { base_number: baseNumber, change, note: '' },
        }),
      ),
    onSettled: useForgetTaxonomy(),
  })
}

export function useImportPack(pack: string, baseNumber: number) {
  return useMutation({
    mutationFn: async (file: File) =>
      answer(
        api.PUT('/api/v1/taxonomy/{pack}/file', {
          params: { path: { pack } },
          body: { base_number: baseNumber, text: await file.text(), note: file.name },
        }),
      ),
    onSettled: useForgetTaxonomy(),
  })
}

export function useRestorePack(pack: string, baseNumber: number) {
  return useMutation({
    mutationFn: (number: number) =>
      answer(
        api.POST('/api/v1/taxonomy/{pack}/restore', {
          params: { path: { pack } },
          body: { base_number: baseNumber, number },
        }),
      ),
    onSettled: useForgetTaxonomy(),
  })
}
