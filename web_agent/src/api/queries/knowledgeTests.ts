import {
  infiniteQueryOptions,
  keepPreviousData,
  queryOptions,
  useMutation,
  useQueryClient,
} from '@tanstack/react-query'

import { answer, api } from '../http'
import type { DraftToTest, DropPolicy, HitTestRequest, QuestionFile, QuestionOrigin } from '../types'

const TESTS = ['knowledge-tests'] as const
const RUNS_A_PAGE = 100
const WHILE_RUNNING_MS = 1_000

export const goldQuestionsQuery = (entryId: string) =>
  queryOptions({
    queryKey: [...TESTS, 'questions', entryId],
    queryFn: ({ signal }) =>
      answer(
        api.GET('/api/v1/knowledge/entries/{entry_id}/gold-questions', {
          params: { path: { entry_id: entryId } },
          signal,
        }),
      ),
  })

export const allGoldQuestionsQuery = queryOptions({
  queryKey: [...TESTS, 'questions'],
  queryFn: ({ signal }) => answer(api.GET('/api/v1/knowledge/gold-questions', { signal })),
})

export function useAddQuestion(entryId: string) {
  const client = useQueryClient()
  return useMutation({
    mutationFn: (body: { text: string; origin: QuestionOrigin }) =>
      answer(
        api.POST('/api/v1/knowledge/entries/{entry_id}/gold-questions', {
          params: { path: { entry_id: entryId } },
          body,
        }),
      ),
    onSuccess: () => client.invalidateQueries({ queryKey: [...TESTS, 'questions'] }),
  })
}

export function useRemoveQuestion() {
  const client = useQueryClient()
  return useMutation({
    mutationFn: (questionId: string) =>
      answer(
        api.DELETE('/api/v1/knowledge/gold-questions/{question_id}', { params: { path: { question_id: questionId } } }),
      ),
    onSuccess: () => client.invalidateQueries({ queryKey: [...TESTS, 'questions'] }),
  })
}

export function useImportQuestions() {
  const client = useQueryClient()
  return useMutation({
    mutationFn: (body: QuestionFile) => answer(api.POST('/api/v1/knowledge/gold-questions/file', { body })),
    onSuccess: () => client.invalidateQueries({ queryKey: [...TESTS, 'questions'] }),
  })
}

export const questionFileAddress = (format: QuestionFile['format']): string =>
  `/api/v1/knowledge/gold-questions/file?format=${format}`

export function useTryDraft() {
  return useMutation({
    mutationFn: (body: DraftToTest) => answer(api.POST('/api/v1/knowledge/tests/draft', { body })),
  })
}

export const testRunsQuery = infiniteQueryOptions({
  queryKey: [...TESTS, 'runs'],
  queryFn: ({ pageParam, signal }) =>
    answer(
      api.GET('/api/v1/knowledge/tests/runs', { params: { query: { cursor: pageParam, limit: RUNS_A_PAGE } }, signal }),
    ),
  initialPageParam: null as string | null,
  getNextPageParam: (page) => page.next_cursor,
})

export const entryRunsQuery = (entryId: string) =>
  queryOptions({
    queryKey: [...TESTS, 'runs', 'entry', entryId],
    queryFn: ({ signal }) =>
      answer(api.GET('/api/v1/knowledge/tests/runs', { params: { query: { entry_id: entryId } }, signal })),
  })

export const testRunQuery = (runId: string) =>
  queryOptions({
    queryKey: [...TESTS, 'run', runId],
    queryFn: ({ signal }) =>
      answer(api.GET('/api/v1/knowledge/tests/runs/{run_id}', { params: { path: { run_id: runId } }, signal })),
    staleTime: Infinity,
  })

export const testStateQuery = queryOptions({
  queryKey: [...TESTS, 'state'],
  queryFn: ({ signal }) => answer(api.GET('/api/v1/knowledge/tests/state', { signal })),
  refetchInterval: (query) => (query.state.data?.is_running === true ? WHILE_RUNNING_MS : false),
})

export function useStartRun() {
  const client = useQueryClient()
  return useMutation({
    mutationFn: () => answer(api.POST('/api/v1/knowledge/tests/runs')),
    onSuccess: (state) => {
      client.setQueryData(testStateQuery.queryKey, state)
    },
  })
}

export const testPolicyQuery = queryOptions({
  queryKey: [...TESTS, 'policy'],
  queryFn: ({ signal }) => answer(api.GET('/api/v1/knowledge/tests/policy', { signal })),
})

export function useChoosePolicy() {
  const client = useQueryClient()
  return useMutation({
    mutationFn: (policy: DropPolicy) => answer(api.PUT('/api/v1/knowledge/tests/policy', { body: { policy } })),
    onSuccess: (chosen) => {
      client.setQueryData(testPolicyQuery.queryKey, chosen)
    },
  })
}

/** What the hit test asks; the question travels in the body, never in an address. */
export const hitTestQuery = (request: HitTestRequest) =>
  queryOptions({
    queryKey: ['hit-test', request],
    queryFn: ({ signal }) => answer(api.POST('/api/v1/knowledge/hit-test', { body: request, signal })),
    enabled: request.text.trim() !== '',
    placeholderData: keepPreviousData,
    gcTime: 0,
  })
