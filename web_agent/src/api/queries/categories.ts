import { queryOptions, useMutation, useQueryClient } from '@tanstack/react-query'

import { answer, api } from '../http'

const LEARNING_POLL_MS = 3_000

/** Situations that fit what was typed: names, pinyin, first letters; all of a sector without a text. */
export const situationsQuery = (text: string, sector: string | null) =>
  queryOptions({
    queryKey: ['knowledge', 'situations', text, sector],
    queryFn: ({ signal }) =>
      answer(api.GET('/api/v1/knowledge/situations', { params: { query: { text, sector } }, signal })),
    placeholderData: (before) => before,
  })

export function useChooseCategory(callId: string) {
  return useMutation({
    mutationFn: (categoryId: string) =>
      answer(
        api.PUT('/api/v1/calls/{call_id}/category', {
          params: { path: { call_id: callId } },
          body: { category_id: categoryId },
        }),
      ),
  })
}

const MODELS = ['category-models']

export const modelsQuery = queryOptions({
  queryKey: MODELS,
  queryFn: ({ signal }) => answer(api.GET('/api/v1/category-models', { signal })),
  refetchInterval: (query) => (query.state.data?.is_learning === true ? LEARNING_POLL_MS : false),
})

export function useTrainModel() {
  const client = useQueryClient()
  return useMutation({
    mutationFn: () => answer(api.POST('/api/v1/category-models')),
    onSettled: () => client.invalidateQueries({ queryKey: MODELS }),
  })
}

export function useRollBack() {
  const client = useQueryClient()
  return useMutation({
    mutationFn: ({ number, note }: { number: number; note: string }) =>
      answer(api.POST('/api/v1/category-models/{number}/live', { params: { path: { number } }, body: { note } })),
    onSuccess: (models) => {
      client.setQueryData(MODELS, models)
    },
  })
}
