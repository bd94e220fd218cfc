import { useTranslation } from '@/i18n/useTranslation'

import type { ImportDetail } from '@/api/types'
import { isRefusalOfTests } from '@/features/knowledge-tests/refusals'

const TONES = {
  collecting: 'tag',
  reading: 'tag tag--accent',
  ready: 'tag tag--waiting',
  publishing: 'tag tag--accent',
  finished: 'tag tag--ready',
  cancelled: 'tag',
  taking_back: 'tag tag--accent',
  taken_back: 'tag',
} as const

export function StateTag({ state, failure }: Pick<ImportDetail, 'state' | 'failure'>) {
  const { t } = useTranslation()
  if (failure !== null && !isRefusalOfTests(failure))
    return <span className="tag tag--waiting">⚠ {t('import.state_stopped')}</span>
  return <span className={TONES[state]}>{t(`import.state_${state}`)}</span>
}
