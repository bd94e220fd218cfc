import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { Link, useParams } from 'react-router'

import { actOnOrder, createOrder, orderProposalQuery, useOrdersChanged } from '@/api/queries/orders'
import type { OrderDraft, OrderProposal, OrderType } from '@/api/types'
import { fieldText, problemText } from '@/i18n/problemText'
import { useTranslation } from '@/i18n/useTranslation'
import { BUSINESS_TYPES } from '@/ui/businessTypes'
import { Button } from '@/ui/Button'
import { Field } from '@/ui/Field'
import { ListPage } from '@/ui/ListPage'
import { SECTORS, sectorText } from '@/ui/sectors'
import { useShortcut } from '@/ui/shortcuts'
import { Banner, Failure, Loading } from '@/ui/states'
import { useGo } from '@/ui/useGo'
import { useSaving } from '@/ui/useSaving'

import { ComplaintFields } from './ComplaintFields'
import { draftOf } from './draft'
import { StateTag } from './StateTag'
import { DraftVisit } from './Visit'
import { canUrge } from './words'

import './Orders.css'

/** A new work order, filled from what was said in a call. */
export function CallOrderPage() {
  const { callId = '' } = useParams()
  const proposal = useQuery(orderProposalQuery(callId))
  if (proposal.isPending) return <Loading lines={10} />
  if (proposal.isError) return <Failure error={proposal.error} onRetry={proposal.refetch} />
  return <OrderForm proposal={proposal.data} />
}

function OrderForm({ proposal }: { proposal: OrderProposal }) {
  const { t } = useTranslation()
  const go = useGo()
  const changed = useOrdersChanged()
  const [draft, setDraft] = useState(() => draftOf(proposal, crypto.randomUUID()))
  const saving = useSaving(createOrder, {
    onSaved: (made) => {
      void changed()
      go(`/work-orders/${made.order.id}`)
    },
  })
  const save = () => {
    saving.save(draft)
  }
  useShortcut({ chord: 'Ctrl+S', group: 'call', label: t('orders.save'), run: save })
  const errorOf = (field: string) => {
    const error = saving.errorOf(field)
    return error === null ? null : fieldText(t, error)
  }
  const text = (name: 'contact_name' | 'contact_phone' | 'address' | 'area', label: string) => (
    <Field
      label={label}
      value={draft[name]}
      error={errorOf(name)}
      onChange={(event) => {
        setDraft({ ...draft, [name]: event.target.value })
      }}
    />
  )
  return (
    <ListPage
      title={t('orders.new_from_call')}
      actions={
        <>
          <Link className="button" to={`/calls/${proposal.call_id}`}>
            ← {t('orders.back_to_call')}
          </Link>
          <Button tone="primary" chord="Ctrl+S" disabled={saving.isPending} onClick={save}>
            {t('orders.save')}
          </Button>
        </>
      }
    >
      {saving.problem !== null && <Banner tone="problem">{problemText(t, saving.problem)}</Banner>}
      <Hints proposal={proposal} />
      <div className="order order--form">
        <section className="panel order__part order__fields" aria-label={t('orders.detail')}>
          <label className="field">
            <span className="field__label">{t('orders.filter_type')}</span>
            <select
              className="input"
              value={draft.business_type}
              onChange={(event) => {
                const type = event.target.value as OrderType
                const complaint = type === 'complaint' ? { kind: 'service' as const, subject: '' } : null
                setDraft({ ...draft, business_type: type, complaint })
              }}
            >
              {BUSINESS_TYPES.map((type) => (
                <option key={type} value={type}>
                  {t(`orders.type_${type}`)}
                </option>
              ))}
            </select>
          </label>
          <label className="field">
            <span className="field__label">{t('orders.filter_sector')}</span>
            <select
              className="input"
              value={draft.sector}
              onChange={(event) => {
                setDraft({ ...draft, sector: event.target.value as OrderDraft['sector'] })
              }}
            >
              {SECTORS.map((sector) => (
                <option key={sector} value={sector}>
                  {sectorText(t, sector)}
                </option>
              ))}
            </select>
          </label>
          <ComplaintFields draft={draft} errorOf={errorOf} onChange={setDraft} />
          {text('contact_name', t('orders.contact'))}
          {text('contact_phone', t('orders.phone'))}
          {text('address', t('orders.address'))}
          {text('area', t('orders.area'))}
          <DraftVisit
            draft={draft}
            onChange={(startsAt) => {
              setDraft({ ...draft, appointment_at: startsAt })
            }}
          />
          <label className="field order__wide">
            <span className="field__label">{t('orders.description')}</span>
            <textarea
              className="input"
              rows={5}
              value={draft.description}
              onChange={(event) => {
                setDraft({ ...draft, description: event.target.value })
              }}
            />
          </label>
          <label className="field">
            <span className="field__label">{t('orders.customer')}</span>
            <select
              className="input"
              value={draft.customer_id ?? ''}
              onChange={(event) => {
                setDraft({ ...draft, customer_id: event.target.value || null })
              }}
            >
              <option value="">{t('orders.no_customer')}</option>
              {proposal.customers.map((customer) => (
                <option key={customer.id} value={customer.id}>
                  {customer.name} {customer.account_number}
                </option>
              ))}
            </select>
          </label>
        </section>
        <Evidence proposal={proposal} />
      </div>
    </ListPage>
  )
}

/** What speaks against a new order: one that the call made, or open ones of the caller. */
function Hints({ proposal }: { proposal: OrderProposal }) {
  const { t } = useTranslation()
  const go = useGo()
  const urging = useSaving((id: string) => actOnOrder(id, { action: 'urge', reason: '', result: '' }), {
    onSaved: (made) => {
      go(`/work-orders/${made.order.id}`)
    },
  })
  return (
    <>
      {proposal.order !== null && (
        <Banner tone="waiting" action={<Link to={`/work-orders/${proposal.order.id}`}>{proposal.order.number}</Link>}>
          {t('orders.made_already')}
        </Banner>
      )}
      {proposal.open_orders.length > 0 && (
        <Banner
          tone="waiting"
          action={proposal.open_orders
            .filter((order) => canUrge(order.state))
            .map((order) => (
              <Button
                key={order.id}
                isSmall
                disabled={urging.isPending}
                onClick={() => {
                  urging.save(order.id)
                }}
              >
                {t('orders.urge', { number: order.number })} <StateTag state={order.state} />
              </Button>
            ))}
        >
          {t('orders.open_orders')}
        </Banner>
      )}
      {urging.problem !== null && <Banner tone="problem">{problemText(t, urging.problem)}</Banner>}
    </>
  )
}

const LABELS = {
  contact_name: 'contact',
  contact_phone: 'phone',
  address: 'address',
  description: 'description',
} as const

/** What each field was filled from, with the way back to the sentence. */
function Evidence({ proposal }: { proposal: OrderProposal }) {
  const { t } = useTranslation()
  const nameOf = (field: string) =>
    field in LABELS
      ? t(`orders.${LABELS[field as keyof typeof LABELS]}`)
      : t(`facts.field_${field}` as 'facts.field_name')
  return (
    <section className="panel order__part" aria-label={t('orders.evidence')}>
      <h2 className="panel__title">{t('orders.evidence')}</h2>
      {proposal.missing.length > 0 && (
        <Banner tone="waiting">
          {t('orders.missing', { fields: proposal.missing.map(nameOf).join(t('orders.comma')) })}
        </Banner>
      )}
      <dl className="order__facts">
        {proposal.fields
          .filter((item) => item.value !== '')
          .map((item) => (
            <div key={item.field}>
              <dt>{nameOf(item.field)}</dt>
              <dd>
                {item.value} <span className="tag">{t(`orders.source_${item.source}`)}</span>{' '}
                {item.is_confirmed && item.source === 'said' && (
                  <span className="tag tag--ready">✓ {t('orders.confirmed')}</span>
                )}{' '}
                {item.segment_ids[0] !== undefined && (
                  <Link to={`/calls/${proposal.call_id}#utterance-${item.segment_ids[0]}`}>{t('orders.sentence')}</Link>
                )}
              </dd>
            </div>
          ))}
      </dl>
    </section>
  )
}
