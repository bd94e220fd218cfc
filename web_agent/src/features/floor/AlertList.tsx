import { Link } from 'react-router'

import type { FloorAlert } from '@/api/types'
import { useTranslation } from '@/i18n/useTranslation'
import { Banner } from '@/ui/states'
import { localTime } from '@/ui/format'

/** Dangers that callers spoke of and that no agent has confirmed, each announced when it comes. */
export function AlertList({ alerts }: { alerts: readonly FloorAlert[] }) {
  const { t, i18n } = useTranslation()
  const language = i18n.language.startsWith('zh') ? 'zh' : 'en'
  if (alerts.length === 0) return null
  return (
    <section className="floor__alerts" aria-label={t('floor.alerts')}>
      {[...alerts].reverse().map((alert) => {
        const name = alert.name[language]
        const time = localTime(alert.raised_at).slice(-8)
        return (
          <Banner
            key={alert.alert_id}
            tone="danger"
            action={
              <Link
                className="button"
                to={`/calls/${alert.call_id}`}
                aria-label={t('floor.alert_open_named', { name })}
              >
                {t('floor.alert_open')}
              </Link>
            }
          >
            <strong>{t('floor.alert', { name, agent: alert.agent_name, time })}</strong>
            {!alert.is_running && <span className="tag">{t('floor.alert_ended')}</span>}
          </Banner>
        )
      })}
    </section>
  )
}
