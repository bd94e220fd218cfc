import { queryOptions, useMutation, useQueryClient } from '@tanstack/react-query'

import { answer, api } from '../http'
import type { CallQuery, ClipDraft, LessonAnswer, LessonDraft } from '../types'

const KEY = ['training']

export const callSearchQuery = (query: CallQuery) =>
  queryOptions({
    queryKey: ['call-search', query],
    queryFn: ({ signal }) => answer(api.POST('/api/v1/call-search', { body: query, signal })),
    placeholderData: (before) => before,
    gcTime: 0,
  })

export type ExportFormat = 'csv' | 'srt' | 'json'

export const exportFoundCalls = (query: CallQuery, format: ExportFormat): Promise<Blob> =>
  answer<Blob>(api.POST('/api/v1/call-search/export', { body: { query, format }, parseAs: 'blob' }))

export const measuresQuery = (callId: string) =>
  queryOptions({
    queryKey: ['call', callId, 'measures'],
    queryFn: ({ signal }) =>
      answer(api.GET('/api/v1/calls/{call_id}/measures', { params: { path: { call_id: callId } }, signal })),
    // The index follows a call some seconds after its end.
    retry: 3,
    retryDelay: 3_000,
    staleTime: Infinity,
  })

export const clipsQuery = queryOptions({
  queryKey: [...KEY, 'clips'],
  queryFn: ({ signal }) => answer(api.GET('/api/v1/training/clips', { signal })),
})

export const lessonsQuery = queryOptions({
  queryKey: [...KEY, 'lessons'],
  queryFn: ({ signal }) => answer(api.GET('/api/v1/training/lessons', { signal })),
})

export const lessonQuery = (lessonId: string) =>
  queryOptions({
    queryKey: [...KEY, 'lesson', lessonId],
    queryFn: ({ signal }) =>
      answer(api.GET('/api/v1/training/lessons/{lesson_id}', { params: { path: { lesson_id: lessonId } }, signal })),
    gcTime: 0,
  })

export const resultsQuery = (lessonId: string) =>
  queryOptions({
    queryKey: [...KEY, 'results', lessonId],
    queryFn: ({ signal }) =>
      answer(
        api.GET('/api/v1/training/lessons/{lesson_id}/results', { params: { path: { lesson_id: lessonId } }, signal }),
      ),
  })

export const practiceQuery = (callId: string) =>
  queryOptions({
    queryKey: [...KEY, 'practice', callId],
    queryFn: ({ signal }) =>
      answer(api.GET('/api/v1/training/calls/{call_id}', { params: { path: { call_id: callId } }, signal })),
  })

export const attemptQuery = (attemptId: string) =>
  queryOptions({
    queryKey: [...KEY, 'attempt', attemptId],
    queryFn: ({ signal }) =>
      answer(
        api.GET('/api/v1/training/attempts/{attempt_id}', { params: { path: { attempt_id: attemptId } }, signal }),
      ),
    gcTime: 0,
  })

export const makeClip = (draft: ClipDraft) => answer(api.POST('/api/v1/training/clips', { body: draft }))

export const saveLesson = (draft: LessonDraft, lessonId: string | null) =>
  lessonId === null
    ? answer(api.POST('/api/v1/training/lessons', { body: draft }))
    : answer(
        api.PUT('/api/v1/training/lessons/{lesson_id}', { params: { path: { lesson_id: lessonId } }, body: draft }),
      )

export const publishLesson = (lessonId: string) =>
  answer(api.POST('/api/v1/training/lessons/{lesson_id}/publish', { params: { path: { lesson_id: lessonId } } }))

export const retireLesson = (lessonId: string) =>
  answer(api.POST('/api/v1/training/lessons/{lesson_id}/retire', { params: { path: { lesson_id: lessonId } } }))

export const startAttempt = (lessonId: string) =>
  answer(api.POST('/api/v1/training/lessons/{lesson_id}/attempts', { params: { path: { lesson_id: lessonId } } }))

/** What the kind of an item asks for; the rest stays empty. */
export type GivenAnswer = Pick<LessonAnswer, 'item_id'> & Partial<LessonAnswer>

export const answerItem = (attemptId: string, given: GivenAnswer) =>
  answer(
    api.POST('/api/v1/training/attempts/{attempt_id}/answers', {
      params: { path: { attempt_id: attemptId } },
      body: { fields: [], next_question: '', reply: '', ...given },
    }),
  )

export const finishAttempt = (attemptId: string) =>
  answer(api.POST('/api/v1/training/attempts/{attempt_id}/finish', { params: { path: { attempt_id: attemptId } } }))

/** What the recogniser hears in a spoken answer; the recording is not kept. */
export const writeDown = (file: Blob) =>
  answer(
    api.POST('/api/v1/training/speech', {
      // The schema types the sound as text; what is sent is the file.
      body: '',
      bodySerializer: () => file,
      headers: { 'Content-Type': 'audio/wav' },
    }),
  )

export const skillsQuery = queryOptions({
  queryKey: [...KEY, 'skills'],
  queryFn: ({ signal }) => answer(api.GET('/api/v1/training/skills', { signal })),
})

export const ownSkillsQuery = queryOptions({
  queryKey: [...KEY, 'skills', 'mine'],
  queryFn: ({ signal }) => answer(api.GET('/api/v1/training/skills/mine', { signal })),
})

export const decideSkill = ({ id, isConfirmed }: { id: string; isConfirmed: boolean }) =>
  answer(
    api.POST('/api/v1/training/skills/{proposal_id}/decision', {
      params: { path: { proposal_id: id } },
      body: { is_confirmed: isConfirmed, reason: '' },
    }),
  )

export function useSkillsChanged() {
  const client = useQueryClient()
  return () => client.invalidateQueries({ queryKey: [...KEY, 'skills'] })
}

export const clipAudio = (clipId: string): string => `/api/v1/training/clips/${clipId}/audio`

export const itemAudio = (attemptId: string, itemId: string, turn: number | null): string =>
  `/api/v1/training/attempts/${attemptId}/items/${itemId}/audio${turn === null ? '' : `?turn=${turn}`}`

export function useTrainingChanged() {
  const client = useQueryClient()
  return () => client.invalidateQueries({ queryKey: KEY })
}

export function useRemoveClip() {
  const changed = useTrainingChanged()
  return useMutation({
    mutationFn: (clipId: string) =>
      answer(api.DELETE('/api/v1/training/clips/{clip_id}', { params: { path: { clip_id: clipId } } })),
    onSuccess: changed,
  })
}
