import type { RoutingBook } from '@/api/types'
import { useTranslation } from '@/i18n/useTranslation'

import { Check } from './Check'
import { Choice, Count, queueOptions } from './Choices'
import type { PanelProps } from './draft'

/** How single customers are served: VIPs, open orders, the agent who knows them. */
export function ServiceForm({ draft, onChange, isReadOnly }: PanelProps) {
  const { t } = useTranslation()
  const { service } = draft
  const change = (part: Partial<RoutingBook['service']>) => {
    onChange({ ...draft, service: { ...service, ...part } })
  }
  const counts = [
    ['vip_head_start_seconds', 0, 3600],
    ['important_head_start_seconds', 0, 3600],
    ['open_order_head_start_seconds', 0, 3600],
    ['agent_seconds', 3, 60],
    ['last_agent_hours', 1, 720],
  ] as const
  return (
    <section className="panel routing__form" aria-label={t('routing.service')}>
      <div className="panel__head">
        <h2 className="panel__title">{t('routing.service')}</h2>
        <span className="field__hint">{t('routing.service_hint')}</span>
      </div>
      <div className="routing__fields routing__fields--wide">
        {counts.map(([name, least, most]) => (
          <div key={name} className="field">
            <span className="field__label" aria-hidden="true">
              {t(`routing.${name}`)}
            </span>
            <Count
              label={t(`routing.${name}`)}
              value={service[name]}
              least={least}
              most={most}
              isReadOnly={isReadOnly}
              onChange={(value) => {
                change({ [name]: value })
              }}
            />
          </div>
        ))}
        <div className="field">
          <span className="field__label" aria-hidden="true">
            {t('routing.vip_queue')}
          </span>
          <Choice
            label={t('routing.vip_queue')}
            value={service.vip_queue}
            options={queueOptions(draft)}
            none={t('routing.same_queue')}
            isReadOnly={isReadOnly}
            onChange={(vip_queue) => {
              change({ vip_queue })
            }}
          />
        </div>
        <Check
          label={t('routing.rings_assigned_agent')}
          isChecked={service.rings_assigned_agent}
          isDisabled={isReadOnly}
          onChange={(rings_assigned_agent) => {
            change({ rings_assigned_agent })
          }}
        />
        <Check
          label={t('routing.rings_last_agent')}
          isChecked={service.rings_last_agent}
          isDisabled={isReadOnly}
          onChange={(rings_last_agent) => {
            change({ rings_last_agent })
          }}
        />
      </div>
    </section>
  )
}
