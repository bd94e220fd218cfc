import type { CaseDetail } from '@/api/types'
import type { FormValues } from '@/features/knowledge/draft'

const MAX_SCRIPT = 300
const SENTENCE_END = /(?<=[\u3002\uff01\uff1f!?])|\n/

/** The first draft of an entry from a case: what was said becomes the ways to ask, what helped the answer. */
export function entrySeed(item: CaseDetail, note: string): Partial<FormValues> {
  const [first = ''] = item.solution.split(SENTENCE_END)
  return {
    title: item.title,
    variants: item.problem,
    answer: item.solution,
    script: first.slice(0, MAX_SCRIPT),
    sector: item.sector ?? '',
    situation: item.situation,
    business_type: item.business_type,
    change_note: note,
  }
}
