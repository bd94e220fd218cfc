import { useInfiniteQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { Link } from 'react-router'

import { ordersQuery } from '@/api/queries/orders'
import type { OrderFilter } from '@/api/queries/orders'
import type { OrderLine, OrderState, OrderType } from '@/api/types'
import { useTranslation } from '@/i18n/useTranslation'
import type { Column } from '@/ui/DataTable'
import { DataTable } from '@/ui/DataTable'
import { localTime } from '@/ui/format'
import { ListPage } from '@/ui/ListPage'
import { Empty, Failure, Loading } from '@/ui/states'

import { Clock } from './Clock'
import { STATES, TYPES } from './words'

/** Work orders of one's units, the newest first. */
export function OrdersPage() {
  const { t } = useTranslation()
  const [filter, setFilter] = useState<OrderFilter>({
    state: null,
    business_type: null,
    is_open: true,
    is_overdue: false,
  })
  return (
    <ListPage title={t('orders.title')} filters={<Filters filter={filter} onChange={setFilter} />}>
      <Orders filter={filter} />
    </ListPage>
  )
}

function Filters({ filter, onChange }: { filter: OrderFilter; onChange: (filter: OrderFilter) => void }) {
  const { t } = useTranslation()
  return (
    <>
      <label className="field">
        <span className="field__label">{t('orders.filter_state')}</span>
        <select
          className="input"
          value={filter.state ?? ''}
          onChange={(event) => {
            const state = event.target.value === '' ? null : (event.target.value as OrderState)
            onChange({ ...filter, state, is_open: state === null && filter.is_open })
          }}
        >
          <option value="">{t('orders.all')}</option>
          {STATES.map((state) => (
            <option key={state} value={state}>
              {t(`orders.state_${state}`)}
            </option>
          ))}
        </select>
      </label>
      <label className="field">
        <span className="field__label">{t('orders.filter_type')}</span>
        <select
          className="input"
          value={filter.business_type ?? ''}
          onChange={(event) => {
            onChange({
              ...filter,
              business_type: event.target.value === '' ? null : (event.target.value as OrderType),
            })
          }}
        >
          <option value="">{t('orders.all')}</option>
          {TYPES.map((type) => (
            <option key={type} value={type}>
              {t(`orders.type_${type}`)}
            </option>
          ))}
        </select>
      </label>
      {(['is_open', 'is_overdue'] as const).map((name) => (
        <label key={name}>
          <input
            type="checkbox"
            checked={filter[name]}
            onChange={(event) => {
              onChange({ ...filter, [name]: event.target.checked })
            }}
          />{' '}
          {t(name === 'is_open' ? 'orders.filter_open' : 'orders.filter_overdue')}
        </label>
      ))}
    </>
  )
}

function Orders({ filter }: { filter: OrderFilter }) {
  const { t } = useTranslation()
  const orders = useInfiniteQuery(ordersQuery(filter))
  if (orders.isPending) return <Loading lines={10} />
  if (orders.isError && orders.data === undefined) return <Failure error={orders.error} onRetry={orders.refetch} />
  const items = orders.data.pages.flatMap((page) => page.items)
  if (items.length === 0) return <Empty title={t('orders.none')} hint={t('orders.none_hint')} />
  const columns: Column<OrderLine>[] = [
    {
      key: 'number',
      title: t('orders.column_number'),
      render: (order) => <Link to={`/work-orders/${order.id}`}>{order.number}</Link>,
    },
    { key: 'state', title: t('orders.column_state'), render: (order) => t(`orders.state_${order.state}`) },
    { key: 'type', title: t('orders.column_type'), render: (order) => t(`orders.type_${order.business_type}`) },
    { key: 'address', title: t('orders.column_address'), isMain: true, render: (order) => order.address || '–' },
    { key: 'unit', title: t('orders.column_unit'), render: (order) => order.unit_name ?? '–' },
    { key: 'clock', title: t('orders.column_clock'), render: (order) => <Clock order={order} /> },
    { key: 'created', title: t('orders.column_created'), render: (order) => localTime(order.created_at) },
  ]
  return (
    <section className="panel">
      <DataTable
        caption={t('orders.title')}
        columns={columns}
        rows={items}
        keyOf={(order) => order.id}
        more={orders.hasNextPage ? { isPending: orders.isFetchingNextPage, load: orders.fetchNextPage } : null}
      />
    </section>
  )
}
