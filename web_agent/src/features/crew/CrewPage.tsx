import { useQuery, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'

import {
  acceptCrewOrder,
  arriveAtCrewOrder,
  crewOrderQuery,
  crewSlotsQuery,
  finishCrewOrder,
  moveCrewAppointment,
  sendCrewPhoto,
} from '@/api/queries/crew'
import type { CrewOrder } from '@/api/types'
import { SlotField, spanText } from '@/features/work-orders/SlotField'
import { fieldText, problemText } from '@/i18n/problemText'
import { useTranslation } from '@/i18n/useTranslation'
import { Button } from '@/ui/Button'
import { localTime, showTimesIn } from '@/ui/format'
import { sectorText } from '@/ui/sectors'
import { Banner, Empty, Failure, Loading } from '@/ui/states'
import { usePageTitle } from '@/ui/usePageTitle'
import { useSaving } from '@/ui/useSaving'

import './Crew.css'

/** One order for a crew on a telephone, by the token behind # in the address; without an account. */
export function CrewPage() {
  const { t } = useTranslation()
  const [token] = useState(() => window.location.hash.slice(1))
  usePageTitle(t('crew.title'))
  return (
    <main className="crew">
      {token === '' ? <Empty title={t('crew.no_link')} hint={t('crew.no_link_hint')} /> : <Order token={token} />}
    </main>
  )
}

function Order({ token }: { token: string }) {
  const { t } = useTranslation()
  const order = useQuery(crewOrderQuery(token))
  if (order.isPending) return <Loading />
  if (order.isError) return <Failure error={order.error} onRetry={order.refetch} />
  const { data } = order
  showTimesIn(data.time_zone)
  return (
    <>
      <div className="crew__head">
        <h1>{t(`orders.type_${data.business_type}`)}</h1>
        <span className="tag tag--accent">{t(`orders.state_${data.state}`)}</span>
        <span className="crew__label">
          {sectorText(t, data.sector)} {data.number}
        </span>
      </div>
      <section className="panel crew__card" aria-label={t('crew.title')}>
        <p className="crew__address">{data.address}</p>
        <p className="crew__matter">{data.description}</p>
        <Limits order={data} />
        {data.appointment_starts_at !== null && data.appointment_ends_at !== null && (
          <p className="tag tag--accent">
            {t('crew.appointment', { at: spanText(data.appointment_starts_at, data.appointment_ends_at) })}
          </p>
        )}
        {data.contact_phone !== '' && (
          <a className="button" href={`tel:${data.contact_phone}`}>
            ☏ {data.contact_name} {t('crew.call', { number: data.contact_phone })}
          </a>
        )}
      </section>
      <Photos token={token} order={data} />
      <Steps token={token} order={data} />
      {data.legal_actions.includes('appoint') && <Appointment token={token} />}
    </>
  )
}

function Limits({ order }: { order: CrewOrder }) {
  const { t } = useTranslation()
  const running = order.clocks.filter((clock) => clock.state === 'running')
  return running.map((clock) => {
    const moment = clock.breached_at ?? clock.due_at
    return (
      <p key={clock.step}>
        <span className={`tag ${clock.breached_at === null ? '' : 'tag--waiting'}`}>
          {clock.breached_at === null ? '○' : '⚠'} {t(`orders.step_${clock.step}`)}{' '}
          {moment !== null &&
            t(clock.breached_at === null ? 'orders.due' : 'orders.overdue', { at: localTime(moment).slice(11, 16) })}
        </span>
      </p>
    )
  })
}

function Steps({ token, order }: { token: string; order: CrewOrder }) {
  const { t } = useTranslation()
  const client = useQueryClient()
  const [result, setResult] = useState('')
  const saving = useSaving((send: () => Promise<CrewOrder>) => send(), {
    onSaved: (changed) => {
      client.setQueryData(crewOrderQuery(token).queryKey, changed)
    },
  })
  const may = (action: CrewOrder['legal_actions'][number]) => order.legal_actions.includes(action)
  return (
    <>
      {saving.problem !== null && (
        <Banner tone="problem">
          {[problemText(t, saving.problem), ...saving.problem.fields.map((error) => fieldText(t, error))].join(' ')}
        </Banner>
      )}
      {may('take') && (
        <Button
          tone="primary"
          disabled={saving.isPending}
          onClick={() => {
            saving.save(() => acceptCrewOrder(token))
          }}
        >
          {t('crew.accept')}
        </Button>
      )}
      {may('arrive') && (
        <Button
          tone="primary"
          disabled={saving.isPending}
          onClick={() => {
            saving.save(() => arriveAtCrewOrder(token))
          }}
        >
          {t('crew.arrive')}
        </Button>
      )}
      {order.state === 'on_site' && (
        <>
          <label className="field">
            <span className="field__label">{t('crew.result')}</span>
            <textarea
              className="input"
              rows={4}
              maxLength={2000}
              value={result}
              onChange={(event) => {
                setResult(event.target.value)
              }}
            />
          </label>
          <Button
            tone="primary"
            className="crew__done"
            disabled={saving.isPending || result.trim().length < 2}
            onClick={() => {
              saving.save(() => finishCrewOrder(token, result))
            }}
          >
            {t('crew.done')}
          </Button>
        </>
      )}
      {order.state === 'done' && <Banner tone="ready">{t('crew.over')}</Banner>}
    </>
  )
}

function Photos({ token, order }: { token: string; order: CrewOrder }) {
  const { t } = useTranslation()
  const client = useQueryClient()
  const saving = useSaving((file: File) => sendCrewPhoto(token, file), {
    onSaved: () => {
      void client.invalidateQueries({ queryKey: ['crew'] })
    },
  })
  return (
    <>
      {saving.problem !== null && <Banner tone="problem">{problemText(t, saving.problem)}</Banner>}
      <label className="button crew__photo">
        ◉ {t('crew.photo')}
        <input
          type="file"
          accept="image/jpeg,image/png,image/webp"
          capture="environment"
          disabled={saving.isPending}
          onChange={(event) => {
            const file = event.target.files?.[0]
            event.target.value = ''
            if (file !== undefined) saving.save(file)
          }}
        />
      </label>
      <p role="status">{t('crew.photos', { count: order.photos })}</p>
    </>
  )
}

/** Another time that the crew agrees on with the caller. */
function Appointment({ token }: { token: string }) {
  const { t } = useTranslation()
  const client = useQueryClient()
  const slots = useQuery(crewSlotsQuery(token))
  const [startsAt, setStartsAt] = useState('')
  const [reason, setReason] = useState('')
  const saving = useSaving(() => moveCrewAppointment(token, startsAt, reason), {
    onSaved: () => {
      setReason('')
      void client.invalidateQueries({ queryKey: ['crew'] })
    },
  })
  if (slots.data === undefined || slots.data.items.length === 0) return null
  return (
    <details className="panel crew__card">
      <summary>{t('crew.move')}</summary>
      {saving.problem !== null && <Banner tone="problem">{problemText(t, saving.problem)}</Banner>}
      <SlotField slots={slots.data} value={startsAt} empty="–" onChange={setStartsAt} />
      <label className="field">
        <span className="field__label">{t('visits.reason')}</span>
        <input
          className="input"
          maxLength={500}
          value={reason}
          onChange={(event) => {
            setReason(event.target.value)
          }}
        />
      </label>
      <Button
        disabled={saving.isPending || startsAt === '' || reason.trim().length < 2}
        onClick={() => {
          saving.save(undefined)
        }}
      >
        {t('visits.move')}
      </Button>
    </details>
  )
}
