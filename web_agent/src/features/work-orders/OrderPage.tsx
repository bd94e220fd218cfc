import { useQuery } from '@tanstack/react-query'
import { Link, useParams } from 'react-router'

import { asProblem } from '@/api/problem'
import { orderQuery, photoAddress, useCrewLink } from '@/api/queries/orders'
import type { OrderView } from '@/api/types'
import { usePermission } from '@/features/session/useSession'
import { problemText } from '@/i18n/problemText'
import { useTranslation } from '@/i18n/useTranslation'
import { Button } from '@/ui/Button'
import { localTime } from '@/ui/format'
import { ListPage } from '@/ui/ListPage'
import { Banner, Failure, Loading } from '@/ui/states'
import { Timeline } from '@/ui/Timeline'

import { Clock } from './Clock'
import { OrderActions } from './OrderActions'

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
      title={`${order.number} · ${t(`orders.type_${order.business_type}`)} · ${t(`orders.state_${order.state}`)}`}
      actions={<Link to="/work-orders">{t('orders.title')}</Link>}
    >
      <div className="order">
        <section className="panel order__part" aria-label={t('orders.detail')}>
          <Facts view={view} />
          <Clocks view={view} />
          {view.photos.map((photo, index) => (
            <img
              key={photo.id}
              className="order__photo"
              src={photoAddress(order.id, photo.id)}
              alt={t('orders.photo', { number: index + 1 })}
            />
          ))}
        </section>
        <section className="panel order__part" aria-label={t('orders.actions')}>
          {canHandle && <OrderActions key={view.events.length} view={view} />}
          {canHandle && order.unit_id !== null && view.legal_actions.length > 1 && <CrewLink orderId={order.id} />}
        </section>
        <section className="panel order__part" aria-label={t('orders.timeline')}>
          <Timeline
            label={t('orders.timeline')}
            items={view.events.toReversed().map((event) => ({
              key: event.seq,
              at: event.at,
              title: `${t(`orders.action_${event.action}`)} · ${event.actor_name}`,
              detail: detailOf(event.data),
            }))}
          />
        </section>
      </div>
    </ListPage>
  )
}

function detailOf(data: Readonly<Record<string, unknown>>): string {
  return ['unit', 'parent', 'outcome', 'result', 'minutes', 'reason']
    .map((name) => data[name])
    .filter((value) => typeof value === 'string' || typeof value === 'number')
    .join(' · ')
}

function Facts({ view }: { view: OrderView }) {
  const { t } = useTranslation()
  const { order } = view
  const facts = [
    [t('orders.contact'), order.contact_name],
    [t('orders.phone'), view.contact_phone],
    [t('orders.address'), order.address],
    [t('orders.area'), order.area],
    [t('orders.description'), view.description],
    [t('orders.unit'), order.unit_name ?? ''],
    [t('orders.result'), view.result],
    [t('orders.external'), view.external_reference ?? ''],
  ] as const
  return (
    <>
      {order.urges > 0 && <Banner tone="waiting">{t('orders.urges', { count: order.urges })}</Banner>}
      {view.parent_number !== null && (
        <p>
          <Link to={`/work-orders/${view.parent_id}`}>{t('orders.parent', { number: view.parent_number })}</Link>
        </p>
      )}
      <dl className="order__facts">
        {facts
          .filter(([, value]) => value !== '')
          .map(([name, value]) => (
            <div key={name}>
              <dt>{name}</dt>
              <dd>{value}</dd>
            </div>
          ))}
      </dl>
      {view.customer_id !== null && <Link to={`/customers/${view.customer_id}`}>{t('customers.file')}</Link>}
      {view.children.length > 0 && (
        <p>
          {t('orders.children')}: {view.children.map((child) => child.number).join(', ')}
        </p>
      )}
    </>
  )
}

function Clocks({ view }: { view: OrderView }) {
  const { t } = useTranslation()
  return (
    <>
      <h2 className="panel__title">{t('orders.clocks')}</h2>
      <Clock order={view.order} />
      <ul>
        {view.clocks.map((clock) => (
          <li key={clock.step}>
            {t(`orders.step_${clock.step}`)} ({t(`orders.kind_${clock.kind}`)}):{' '}
            {t('orders.clock_used', { used: Math.floor(clock.used_seconds / 60), limit: clock.limit_minutes })}
            <span className="field__hint"> {clock.source}</span>
          </li>
        ))}
      </ul>
    </>
  )
}

function CrewLink({ orderId }: { orderId: string }) {
  const { t } = useTranslation()
  const link = useCrewLink(orderId)
  return (
    <div className="order__link">
      <Button
        disabled={link.isPending}
        onClick={() => {
          link.mutate()
        }}
      >
        {t('orders.crew_link')}
      </Button>
      {link.isError && <Banner tone="problem">{problemText(t, asProblem(link.error))}</Banner>}
      {link.isSuccess && (
        <label className="field">
          <span className="field__label">{t('orders.crew_link_text', { at: localTime(link.data.expires_at) })}</span>
          <input className="input" readOnly value={`${window.location.origin}${link.data.path}`} />
        </label>
      )}
    </div>
  )
}
