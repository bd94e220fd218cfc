import { infiniteQueryOptions, queryOptions, useMutation, useQueryClient } from '@tanstack/react-query'

import { answer, api } from '../http'
import type { FileSettings, ImportDetail, ImportSettings } from '../types'
import type { Consent } from './knowledge'

const PAGE_SIZE = 50
/** Fast enough to see a bar move, slow enough to cost nothing. */
const PROGRESS_MS = 700

export const isWorking = (state: ImportDetail['state']): boolean =>
  state === 'reading' || state === 'publishing' || state === 'taking_back'

export const importsQuery = queryOptions({
  queryKey: ['imports'],
  queryFn: ({ signal }) => answer(api.GET('/api/v1/imports', { params: { query: { limit: PAGE_SIZE } }, signal })),
  refetchInterval: (query) => (query.state.data?.items.some((item) => isWorking(item.state)) === true ? 2_000 : false),
})

export const importQuery = (importId: string) =>
  queryOptions({
    queryKey: ['imports', importId],
    queryFn: ({ signal }) =>
      answer(api.GET('/api/v1/imports/{import_id}', { params: { path: { import_id: importId } }, signal })),
    refetchInterval: (query) => {
      const state = query.state.data?.state
      return state !== undefined && isWorking(state) ? PROGRESS_MS : false
    },
  })

export const unitsQuery = (importId: string, fileId: string, version: string) =>
  infiniteQueryOptions({
    queryKey: ['imports', importId, fileId, version],
    queryFn: ({ pageParam, signal }) =>
      answer(
        api.GET('/api/v1/imports/{import_id}/files/{file_id}/units', {
          params: {
            path: { import_id: importId, file_id: fileId },
            query: { after: pageParam, limit: PAGE_SIZE },
          },
          signal,
        }),
      ),
    initialPageParam: -1,
    getNextPageParam: (page) => page.next_after,
  })

export const createImport = (settings: ImportSettings) => answer(api.POST('/api/v1/imports', { body: settings }))

export function sendFile(importId: string, name: string, file: File) {
  const form = new FormData()
  form.append('import_id', importId)
  form.append('name', name)
  form.append('file', file, 'document')
  return answer(
    api.POST('/api/v1/imports/files', {
      // The schema types the file as text; what is sent is the form.
      body: { import_id: importId, name, file: '' },
      bodySerializer: () => form,
    }),
  )
}

export const readImport = (importId: string) =>
  answer(api.POST('/api/v1/imports/{import_id}/read', { params: { path: { import_id: importId } } }))

export type ImportStep =
  | { do: 'read' | 'cancel' | 'take_back' }
  | { do: 'publish'; consent: Consent }
  | { do: 'settings'; settings: ImportSettings }
  | { do: 'file_settings'; fileId: string; settings: FileSettings | null }
  | { do: 'remove'; fileId: string }

function take(importId: string, step: ImportStep): Promise<ImportDetail> {
  const path = { import_id: importId }
  switch (step.do) {
    case 'read':
      return readImport(importId)
    case 'publish':
      return answer(api.POST('/api/v1/imports/{import_id}/publish', { params: { path }, body: step.consent }))
    case 'cancel':
      return answer(api.POST('/api/v1/imports/{import_id}/cancel', { params: { path } }))
    case 'take_back':
      return answer(api.POST('/api/v1/imports/{import_id}/take-back', { params: { path } }))
    case 'settings':
      return answer(api.PUT('/api/v1/imports/{import_id}/settings', { params: { path }, body: step.settings }))
    case 'file_settings': {
      const params = { path: { ...path, file_id: step.fileId } }
      return step.settings === null
        ? answer(api.DELETE('/api/v1/imports/{import_id}/files/{file_id}/settings', { params }))
        : answer(api.PUT('/api/v1/imports/{import_id}/files/{file_id}/settings', { params, body: step.settings }))
    }
    case 'remove':
      return answer(
        api.DELETE('/api/v1/imports/{import_id}/files/{file_id}', {
          params: { path: { ...path, file_id: step.fileId } },
        }),
      )
  }
}

/** One step of an import; its answer is the import as it now stands. */
export function useImportStep(importId: string) {
  const client = useQueryClient()
  return useMutation({
    mutationFn: (step: ImportStep) => take(importId, step),
    onSuccess: (detail) => {
      client.setQueryData(['imports', importId], detail)
      return client.invalidateQueries({ queryKey: ['imports'], exact: true })
    },
    onError: () => client.invalidateQueries({ queryKey: ['imports', importId] }),
  })
}
