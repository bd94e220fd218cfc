import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'

import { actOnOrder, slotsForQuery, slotsQuery, useOrdersChanged } from '@/api/queries/orders'
import type { OrderActionRequest, OrderDraft, OrderView, VisitSlots } from '@/api/types'
import { isDangerous } from '@/features/category/danger'
import { fieldText, problemText } from '@/i18n/problemText'
import { useTranslation } from '@/i18n/useTranslation'
import { Button } from '@/ui/Button'
import { Banner, Failure } from '@/ui/states'
import { useSaving } from '@/ui/useSaving'

import { SlotField, spanText } from './SlotField'

/** When the crew comes: free slots of the unit, and the appointment that is made, moved or dropped. */
export function Visit({ view }: { view: OrderView }) {
  const { t } = useTranslation()
  const { order } = view
  const slots = useQuery(slotsQuery(order.id))
  return (
    <section className="visit" aria-label={t('visits.title')}>
      <h2 className="panel__title">{t('visits.title')}</h2>
      <p>
        {order.appointment_starts_at === null || order.appointment_ends_at === null
          ? t('visits.none')
          : t('visits.current', { at: spanText(order.appointment_starts_at, order.appointment_ends_at) })}
      </p>
      {slots.isError && <Failure error={slots.error} onRetry={slots.refetch} />}
      {slots.data?.unit_id === null && <p className="field__hint">{t('visits.no_unit')}</p>}
      {slots.data?.unit_id != null && slots.data.items.length === 0 && (
        <p className="field__hint">{t('visits.no_slots_hint')}</p>
      )}
      {slots.data !== undefined && slots.data.items.length > 0 && <Booking view={view} slots={slots.data} />}
    </section>
  )
}

function Booking({ view, slots }: { view: OrderView; slots: VisitSlots }) {
  const { t } = useTranslation()
  const changed = useOrdersChanged()
  const [startsAt, setStartsAt] = useState('')
  const [reason, setReason] = useState('')
  const isMoved = view.order.appointment_starts_at !== null
  const saving = useSaving((deed: OrderActionRequest) => actOnOrder(view.order.id, deed), { onSaved: changed })
  return (
    <form
      className="order__form"
      onSubmit={(event) => {
        event.preventDefault()
        saving.save({ action: 'appoint', reason, result: '', starts_at: startsAt })
      }}
    >
      <Offer slots={slots} />
      {saving.problem !== null && (
        <Banner tone="problem">
          {[problemText(t, saving.problem), ...saving.problem.fields.map((error) => fieldText(t, error))].join(' ')}
        </Banner>
      )}
      <SlotField slots={slots} value={startsAt} empty={t('visits.choose')} onChange={setStartsAt} />
      {isMoved && (
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
      )}
      <span className="visit__buttons">
        <Button type="submit" disabled={saving.isPending || startsAt === '' || (isMoved && reason.trim() === '')}>
          {t(isMoved ? 'visits.move' : 'visits.book')}
        </Button>
        {isMoved && (
          <Button
            tone="quiet"
            disabled={saving.isPending || reason.trim() === ''}
            onClick={() => {
              saving.save({ action: 'drop_appointment', reason, result: '' })
            }}
          >
            {t('visits.drop')}
          </Button>
        )}
      </span>
    </form>
  )
}

/** The sentence that offers the first free times, in the language of the caller. */
function Offer({ slots }: { slots: VisitSlots }) {
  const { t, i18n } = useTranslation()
  return (
    <p className="visit__offer">
      <span className="field__label">{t('visits.offer')}</span> “
      {i18n.language === 'en' ? slots.offer.en : slots.offer.zh}”
    </p>
  )
}

/** The free slots for an order that is still being written. */
export function DraftVisit({ draft, onChange }: { draft: OrderDraft; onChange: (startsAt: string | null) => void }) {
  const { t } = useTranslation()
  const question = {
    business_type: draft.business_type,
    sector: draft.sector,
    address: draft.address,
    area: draft.area,
  }
  const slots = useQuery({ ...slotsForQuery(question), enabled: draft.business_type !== 'complaint' })
  // A gas leak is not offered a visit tomorrow.
  if (isDangerous(draft.category_id?.split('/').at(-1) ?? '')) {
    return <p className="order__wide visit__danger">⚠ {t('visits.danger')}</p>
  }
  if (draft.business_type === 'complaint' || slots.data === undefined || slots.data.items.length === 0) return null
  return (
    <div className="order__wide visit">
      <Offer slots={slots.data} />
      <SlotField
        slots={slots.data}
        value={draft.appointment_at ?? ''}
        empty={t('visits.at_once')}
        onChange={(startsAt) => {
          onChange(startsAt === '' ? null : startsAt)
        }}
      />
    </div>
  )
}
