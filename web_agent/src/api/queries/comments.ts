import { queryOptions, useQueryClient } from '@tanstack/react-query'

import { answer, api } from '../http'

export const commentsQuery = (entryId: string) =>
  queryOptions({
    queryKey: ['comments', entryId],
    queryFn: ({ signal }) =>
      answer(
        api.GET('/api/v1/knowledge/entries/{entry_id}/comments', { params: { path: { entry_id: entryId } }, signal }),
      ),
  })

const at = (entryId: string) => ({ params: { path: { entry_id: entryId } } })

export const addComment = (entryId: string, text: string) =>
  answer(api.POST('/api/v1/knowledge/entries/{entry_id}/comments', { ...at(entryId), body: { text } }))

export const chooseSubscription = (entryId: string, isSubscribed: boolean) =>
  answer(
    api.PUT('/api/v1/knowledge/entries/{entry_id}/subscription', {
      ...at(entryId),
      body: { is_subscribed: isSubscribed },
    }),
  )

export function useCommentsChanged(entryId: string) {
  const client = useQueryClient()
  return () => client.invalidateQueries({ queryKey: ['comments', entryId] })
}
