import type { RoutingBook, RoutingDecision, RoutingProblem } from '@/api/types'
import type { Translate } from '@/i18n/useTranslation'

const WEEKDAYS = [0, 1, 2, 3, 4, 5, 6] as const

/** What a sentence needs of a book: the titles of its queues. */
export interface QueueTitles {
  readonly queues: readonly Pick<RoutingBook['queues'][number], 'name' | 'title'>[]
}

type Values = Readonly<Record<string, string | number>>

/** Values of a reason or a problem with queues as people call them. */
function readable(t: Translate, values: Values, book: QueueTitles): Values {
  const queue = book.queues.find((item) => item.name === values.queue)
  const weekday = WEEKDAYS.find((day) => day === values.weekday)
  return {
    ...values,
    ...(queue !== undefined && { queue: queue.title || queue.name }),
    ...(weekday !== undefined && { weekday: t(`routing.weekday_${weekday}`) }),
  }
}

/** One step of a decision as a sentence. */
export function reasonText(t: Translate, reason: RoutingDecision['reasons'][number], book: QueueTitles): string {
  return t(`routing.reason_${reason.code}`, readable(t, reason.values, book))
}

/** What is wrong, as a sentence that names the mend. */
export function problemSentence(t: Translate, problem: RoutingProblem, book: QueueTitles): string {
  return t(`routing.problem_${problem.code}`, readable(t, problem.values, book))
}
