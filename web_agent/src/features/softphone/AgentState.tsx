import type { AgentStateChoice, TelephoneView } from '@/api/types'
import { useTranslation } from '@/i18n/useTranslation'
import { Button } from '@/ui/Button'
import { clockTime } from '@/ui/format'
import { useShortcut } from '@/ui/shortcuts'

import { useNow } from './useNow'

interface AgentStateProps {
  view: TelephoneView
  onChoose: (choice: AgentStateChoice) => void
}

/** Ready, not ready or wrap-up with its clock, and the way to the other one. */
export function AgentState({ view, onChoose }: AgentStateProps) {
  const { t } = useTranslation()
  const now = useNow()
  const state = view.state ?? 'offline'
  const isPaused = state === 'paused' || state === 'wrap_up'
  const makeReady = () => {
    onChoose({ state: 'ready' })
  }
  useShortcut({
    chord: 'Ctrl+Alt+R',
    group: 'phone',
    label: t('phone.make_ready'),
    run: makeReady,
    isEnabled: isPaused,
  })
  const known = view.reasons.find((reason) => reason === view.reason)
  return (
    <div className="phone__state">
      <span className={`phone__badge phone__badge--${state}`}>
        {t(`phone.state_${state}`)}
        {state === 'paused' && known !== undefined && ` · ${t(`phone.reason_${known}`)}`}
      </span>
      {view.since !== null && <span className="phone__clock">{clockTime(now - Date.parse(view.since))}</span>}
      {isPaused ? (
        <Button tone="primary" chord="Ctrl+Alt+R" onClick={makeReady}>
          {t('phone.make_ready')}
        </Button>
      ) : (
        <select
          className="input phone__reasons"
          aria-label={t('phone.make_unready')}
          value=""
          onChange={({ target }) => {
            const reason = view.reasons.find((item) => item === target.value)
            if (reason !== undefined) onChoose({ state: 'paused', reason })
          }}
        >
          <option value="">{t('phone.make_unready')}</option>
          {view.reasons.map((reason) => (
            <option key={reason} value={reason}>
              {t(`phone.reason_${reason}`)}
            </option>
          ))}
        </select>
      )}
    </div>
  )
}
