import type { JobDetail } from '@/api/types'

/** The page that shows what a job works on or has made; null where none does. */
export function addressOfJob({ kind, payload, result }: Pick<JobDetail, 'kind' | 'payload' | 'result'>): string | null {
  switch (kind) {
    case 'documents.import':
      return typeof payload.import_id === 'string' ? `/knowledge/import/${payload.import_id}` : null
    case 'knowledge_tests.run':
      return typeof result?.run_id === 'string'
        ? `/knowledge/tests?run=${encodeURIComponent(result.run_id)}`
        : '/knowledge/tests'
    default:
      return null
  }
}
