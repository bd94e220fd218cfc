import type { NewHireView } from '@/api/types'
import { useTranslation } from '@/i18n/useTranslation'

import { MOST_HELP } from './useHelp'

import './NewHires.css'

/** The level as marks and a number. */
export function Level({ level }: { level: number }) {
  const { t } = useTranslation()
  return (
    <span className="new-hire__level">
      <span aria-hidden="true">
        {'●'.repeat(level)}
        {'○'.repeat(MOST_HELP - level)}
      </span>{' '}
      {t('new_hires.level_of', { level, most: MOST_HELP })}
    </span>
  )
}

/** Each result beside what takes a level away. */
export function Measures({ newHire }: { newHire: NewHireView }) {
  const { t } = useTranslation()
  return (
    <ul className="new-hire__measures">
      {newHire.measures.map((measure) => (
        <li key={measure.measure}>
          <span className={measure.has_passed ? 'tag tag--ready' : 'tag'}>
            {t(measure.has_passed ? 'new_hires.passed' : 'new_hires.open')}
          </span>{' '}
          {t(`new_hires.measure_${measure.measure}`, {
            count: measure.count,
            percent: measure.percent,
            needed_count: measure.needed_count,
            needed_percent: measure.needed_percent,
          })}
        </li>
      ))}
    </ul>
  )
}
