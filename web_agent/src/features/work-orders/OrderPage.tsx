import { useQuery } from '@tanstack/react-query'
import type { ReactNode } from 'react'
import { Link, useParams } from 'react-router'

import { orderQuery, photoAddress } from '@/api/queries/orders'
import type { CallbackSampling, OrderClock, OrderEventView, OrderView } from '@/api/types'
import { usePermission } from '@/features/session/useSession'
import type { Translate } from '@/i18n/useTranslation'
import { useTranslation } from '@/i18n/useTranslation'
import { clockTime, localTime } from '@/ui/format'
import { ListPage } from '@/ui/ListPage'
import { sectorText } from '@/ui/sectors'
import { Banner, Failure, Loading } from '@/ui/states'
import { Timeline } from '@/ui/Timeline'

import { Clock } from './Clock'
import { actionText } from './complaint'
import { ComplaintPanel } from './ComplaintPanel'
import { CrewLink } from './CrewLink'
import { OrderActions } from './OrderActions'
import { PrintButton } from './PrintButton'
import { StateTag } from './StateTag'
import { Visit } from './Visit'

import './Orders.css'

/** One work order: what it is about, what happened, what comes next. */
export function OrderPage() {
  const { orderId = '' } = useParams()
  const order = useQuery(orderQuery(orderId))
  if (order.isPending) return <Loading lines={10} />
  if (order.isError) return <Failure error={order.error} onRetry={order.refetch} />
  return <Order view={order.data} />
}

function Order({ view }: { view: OrderView }) {
  const { t } = useTranslation()
  const canHandle = usePermission('work_orders.handle')
  const { order } = view
  return (
    <ListPage
      title={`${order.number} · ${sectorText(t, order.sector)} · ${t(`orders.type_${order.business_type}`)}`}
      actions={
        <>
          <PrintButton />
          <Link className="button" to="/work-orders">
            ← {t('orders.title')}
          </Link>
        </>
      }
    >
      <p className="order__head">
        <StateTag state={order.state} />
        <Clock order={order} />
        {order.urges > 0 && <span className="tag tag--waiting">⚠ {t('orders.urges', { count: order.urges })}</span>}
        {order.unit_name !== null && <span>{order.unit_name}</span>}
        <span className="field__hint">
          {t('orders.taken_by', { name: view.created_by_name, at: localTime(order.created_at) })}
        </span>
      </p>
      <div className="order">
        <section className="panel order__part" aria-label={t('orders.detail')}>
          <ComplaintPanel view={view} />
          <Facts view={view} />
          <Clocks clocks={view.clocks} isComplaint={view.complaint !== null} />
        </section>
        <section className="panel order__part" aria-label={t('orders.timeline')}>
          <h2 className="panel__title">{t('orders.timeline')}</h2>
          <OrderTimeline view={view} />
        </section>
        <section className="panel order__part order__part--actions" aria-label={t('orders.actions')}>
          {canHandle && <OrderActions key={view.events.length} view={view} />}
          {canHandle && view.legal_actions.includes('appoint') && <Visit view={view} />}
          {canHandle && view.complaint === null && order.unit_id !== null && view.legal_actions.length > 1 && (
            <CrewLink orderId={order.id} />
          )}
        </section>
      </div>
    </ListPage>
  )
}

function Facts({ view }: { view: OrderView }) {
  const { t } = useTranslation()
  const { order } = view
  const facts: readonly (readonly [string, ReactNode, string?])[] = [
    [t('orders.contact'), order.contact_name, 'contact_name'],
    [t('orders.phone'), view.contact_phone, 'contact_phone'],
    [t('orders.address'), order.address, 'address'],
    [t('orders.area'), view.place === null ? order.area : view.place.path.join(' › ')],
    [t('addresses.feeder'), view.place?.feeder ?? ''],
    [t('orders.description'), view.description, 'description'],
    [t('orders.result'), view.complaint === null ? view.result : ''],
    [t('orders.sampling'), view.sampling === null ? null : samplingText(t, view.sampling)],
    [t('orders.external'), view.external_reference],
  ]
  return (
    <>
      {view.parent_number !== null && (
        <Banner tone="plain">
          <Link to={`/work-orders/${view.parent_id}`}>{t('orders.parent', { number: view.parent_number })}</Link>
        </Banner>
      )}
      <dl className="order__facts">
        {facts
          .filter(([, value]) => value !== '' && value !== null)
          .map(([name, value, field]) => (
            <div key={name}>
              <dt>{name}</dt>
              <dd>
                {value}
                {field !== undefined && <Evidence view={view} field={field} />}
              </dd>
            </div>
          ))}
      </dl>
      <p className="order__links">
        {view.customer_id !== null && <Link to={`/customers/${view.customer_id}`}>{t('customers.file')}</Link>}
        {view.call_id !== null && <Link to={`/calls/${view.call_id}`}>{t('orders.call')}</Link>}
      </p>
      {view.children.length > 0 && (
        <div>
          <h3>{t('orders.children')}</h3>
          <ul>
            {view.children.map((child) => (
              <li key={child.id}>
                <Link to={`/work-orders/${child.id}`}>{child.number}</Link> {child.contact_name}{' '}
                <span className="field__hint">{child.address}</span>
              </li>
            ))}
          </ul>
        </div>
      )}
    </>
  )
}

/** The sentences of the call that prove a field, each a way back to where it was said. */
function Evidence({ view, field }: { view: OrderView; field: string }) {
  const sentences = view.evidence[field] ?? []
  return sentences.map((sentence) => (
    <Link
      key={sentence.segment_id}
      className="order__quote"
      to={`/calls/${view.call_id ?? ''}#utterance-${sentence.segment_id}`}
    >
      ← {clockTime(sentence.start_ms)} “{sentence.text}”
    </Link>
  ))
}

function Clocks({ clocks, isComplaint }: { clocks: readonly OrderClock[]; isComplaint: boolean }) {
  const { t } = useTranslation()
  if (clocks.length === 0) return null
  return (
    <div>
      <h2 className="panel__title">{t('orders.clocks')}</h2>
      <ul className="order__clocks">
        {clocks.map((clock) => {
          const used = Math.floor(clock.used_seconds / 60)
          return (
            <li key={clock.step}>
              <span>
                <strong>
                  {t(isComplaint && clock.step === 'finish' ? 'complaints.statement' : `orders.step_${clock.step}`)}
                </strong>{' '}
                {t(`orders.kind_${clock.kind}`)} · {t('orders.clock_used', { used, limit: clock.limit_minutes })} ·{' '}
                {t(`orders.clock_${clock.breached_at === null ? clock.state : 'breached'}`)}
              </span>
              <progress
                max={clock.limit_minutes}
                value={Math.min(used, clock.limit_minutes)}
                aria-label={t(`orders.step_${clock.step}`)}
              />
              <span className="field__hint">{clock.source}</span>
            </li>
          )
        })}
      </ul>
    </div>
  )
}

/** Events of the order and photos of the crew in one line of time, the newest first. */
function OrderTimeline({ view }: { view: OrderView }) {
  const { t } = useTranslation()
  const events = view.events.map((event) => ({
    key: `event ${event.seq}`,
    at: event.at,
    order: event.seq,
    title: (
      <>
        <strong>{actionText(t, event.action, view.complaint !== null)}</strong> {actorText(t, event)}
      </>
    ),
    detail: detailOf(t, event.data),
  }))
  const photos = view.photos.map((photo, index) => ({
    key: photo.id,
    at: photo.created_at,
    order: 0,
    title: <strong>{t('orders.photo', { number: index + 1 })}</strong>,
    detail: (
      <a href={photoAddress(view.order.id, photo.id)} target="_blank" rel="noreferrer">
        <img
          className="order__photo"
          src={photoAddress(view.order.id, photo.id)}
          alt={t('orders.photo', { number: index + 1 })}
        />
      </a>
    ),
  }))
  const items = [...events, ...photos].sort(
    (left, right) => right.at.localeCompare(left.at) || right.order - left.order,
  )
  return <Timeline label={t('orders.timeline')} items={items} />
}

/** Whether the order is called back, and by which share and draw that was decided. */
function samplingText(t: Translate, sampling: CallbackSampling): string {
  const { is_sampled, reason, percent, draw, version } = sampling
  if (reason !== 'share') return t(`orders.sampling_${reason}`)
  if (percent === 100) return t('orders.sampling_all')
  return t(is_sampled ? 'orders.sampling_drawn' : 'orders.sampling_left_out', {
    percent,
    draw: draw.toFixed(2),
    version,
  })
}

function actorText(t: Translate, event: OrderEventView): string {
  if (event.actor_name === 'callback-sampling') return t('orders.by_sampling')
  return event.actor_name === 'crew' ? t('orders.by_crew') : event.actor_name
}

const SHOWN = ['unit', 'starts_at', 'verdict', 'parent', 'outcome', 'result', 'minutes', 'reason'] as const

/** What an event says besides its action, in the words of the page. */
function detailOf(t: Translate, data: Readonly<Record<string, unknown>>): string {
  return SHOWN.map((name) => {
    const value = data[name]
    if (typeof value === 'number') return t('orders.minutes_only', { minutes: value })
    if (typeof value !== 'string' || value === '') return ''
    if (name === 'starts_at') return localTime(value).slice(5, 16)
    if (name === 'outcome') return t(`orders.outcome_${value}` as 'orders.outcome_satisfied')
    if (name === 'verdict') return t(`complaints.verdict_${value}` as 'complaints.verdict_partly')
    if (name === 'reason' && value === 'responsible') return t('orders.by_responsible')
    if (name === 'reason' && value === 'rule') return t('orders.by_rule')
    return value
  })
    .filter((text) => text !== '')
    .join(' · ')
}
