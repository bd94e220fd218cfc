import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'

import { deliveriesQuery, useReplayDelivery } from '@/api/queries/integrations'
import type { DeliveryView } from '@/api/types'
import { useTranslation } from '@/i18n/useTranslation'
import { Button } from '@/ui/Button'
import type { Column } from '@/ui/DataTable'
import { DataTable } from '@/ui/DataTable'
import { localTime } from '@/ui/format'
import { Empty, Failure, Loading } from '@/ui/states'

import { eventText } from './words'

const TONES = { waiting: 'tag--accent', delivered: 'tag--ready', dead: 'tag--waiting' } as const

/** What was sent to third parties, and what could not be; a failed delivery is sent again with one key. */
export function Deliveries() {
  const { t } = useTranslation()
  const [isDead, setIsDead] = useState(false)
  const deliveries = useQuery(deliveriesQuery(isDead))
  return (
    <section className="panel order__part" aria-labelledby="integrations-deliveries">
      <div className="integrations__head">
        <h2 id="integrations-deliveries" className="panel__title">
          {t('integrations.deliveries')}
        </h2>
        <label className="views__check">
          <input
            type="checkbox"
            checked={isDead}
            onChange={(event) => {
              setIsDead(event.target.checked)
            }}
          />
          {t('integrations.only_dead')}
        </label>
      </div>
      {deliveries.isPending && <Loading lines={4} />}
      {deliveries.isError && <Failure error={deliveries.error} onRetry={deliveries.refetch} />}
      {deliveries.data !== undefined && <DeliveryTable deliveries={deliveries.data.items} />}
    </section>
  )
}

function DeliveryTable({ deliveries }: { deliveries: readonly DeliveryView[] }) {
  const { t } = useTranslation()
  const replaying = useReplayDelivery()
  if (deliveries.length === 0) {
    return <Empty title={t('integrations.no_deliveries')} hint={t('integrations.no_deliveries_hint')} />
  }
  const columns: Column<DeliveryView>[] = [
    {
      key: 'at',
      title: t('integrations.delivery_at'),
      render: (delivery) => localTime(delivery.created_at).slice(5, 19),
    },
    {
      key: 'state',
      title: t('integrations.delivery_state'),
      render: (delivery) => (
        <span className={`tag ${TONES[delivery.state]}`}>{t(`integrations.state_${delivery.state}`)}</span>
      ),
    },
    {
      key: 'event',
      title: t('integrations.delivery_event'),
      render: (delivery) => eventText(t, delivery.event_type),
    },
    {
      key: 'receiver',
      title: t('integrations.receiver'),
      isMain: true,
      render: (delivery) => (
        <>
          {delivery.webhook_name} <code className="field__hint">{delivery.event_id}</code>
        </>
      ),
    },
    {
      key: 'attempts',
      title: t('integrations.delivery_attempts'),
      isNumber: true,
      render: (delivery) => delivery.attempts,
    },
    {
      key: 'answer',
      title: t('integrations.delivery_answer'),
      render: (delivery) => delivery.error_code ?? delivery.status_code ?? '–',
    },
    {
      key: 'do',
      title: '',
      render: (delivery) =>
        delivery.state === 'dead' && (
          <Button
            isSmall
            disabled={replaying.isPending}
            onClick={() => {
              replaying.mutate(delivery.id)
            }}
          >
            {t('integrations.replay')}
          </Button>
        ),
    },
  ]
  return (
    <div className="orders__table">
      <DataTable
        caption={t('integrations.deliveries')}
        columns={columns}
        rows={deliveries}
        keyOf={(delivery) => delivery.id}
      />
    </div>
  )
}
