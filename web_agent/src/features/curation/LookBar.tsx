import { useQuery } from '@tanstack/react-query'

import { lookQuery, useLook } from '@/api/queries/curation'
import { useTranslation } from '@/i18n/useTranslation'
import { Button } from '@/ui/Button'
import { localTime } from '@/ui/format'

const STEPS = ['calls', 'questions', 'entries', 'pairs'] as const

/** How far the newest look through calls and knowledge is, and the button that orders one. */
export function LookBar() {
  const { t } = useTranslation()
  const state = useQuery(lookQuery)
  const look = useLook()
  const isRunning = state.data?.is_running === true
  const step = STEPS.find((name) => name === state.data?.step)
  return (
    <span className="curation__look">
      <span className="field__hint" role="status">
        {isRunning && step !== undefined && t(`curation.step_${step}`)}
        {!isRunning &&
          state.data?.latest_at != null &&
          t('curation.looked_at', { at: localTime(state.data.latest_at) })}
        {!isRunning && state.data?.failed_code != null && t('curation.look_failed')}
      </span>
      <Button
        isSmall
        disabled={isRunning || look.isPending}
        onClick={() => {
          look.mutate()
        }}
      >
        {t('curation.look')}
      </Button>
    </span>
  )
}
