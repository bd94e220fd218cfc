import type { RoutingBook, RoutingProblem } from '@/api/types'
import { useTranslation } from '@/i18n/useTranslation'

import { problemSentence } from './reasons'

const SHOWN = 8

/** What must be mended before the rules can be put in force, and what is probably not meant. */
export function ProblemList({ problems, book }: { problems: readonly RoutingProblem[]; book: RoutingBook }) {
  const { t } = useTranslation()
  if (problems.length === 0) return null
  return (
    <ul className="routing__problems" aria-label={t('routing.problems')}>
      {problems.slice(0, SHOWN).map((problem) => (
        <li key={`${problem.place} ${problem.code} ${JSON.stringify(problem.values)}`}>
          <span className={problem.is_blocking ? 'tag tag--danger' : 'tag tag--waiting'}>
            {t(problem.is_blocking ? 'routing.blocking' : 'routing.warning')}
          </span>
          {problemSentence(t, problem, book)}
        </li>
      ))}
      {problems.length > SHOWN && <li>{t('routing.more_problems', { count: problems.length - SHOWN })}</li>}
    </ul>
  )
}
