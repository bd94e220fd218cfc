import { useInfiniteQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { Link } from 'react-router'

import { ordersQuery } from '@/api/queries/orders'
import type { OrderFilter } from '@/api/queries/orders'
import type { OrderLine } from '@/api/types'
import { usePermission } from '@/features/session/useSession'
import { useTranslation } from '@/i18n/useTranslation'
import type { Column } from '@/ui/DataTable'
import { DataTable } from '@/ui/DataTable'
import { localTime } from '@/ui/format'
import { sectorText } from '@/ui/sectors'
import { Empty, Failure, Loading } from '@/ui/states'

import { BulkBar } from './BulkBar'
import { Clock } from './Clock'
import { StateTag } from './StateTag'

/** The orders of a filter; several can be chosen and acted on at once. */
export function OrderTable({ filter }: { filter: OrderFilter }) {
  const { t } = useTranslation()
  const orders = useInfiniteQuery(ordersQuery(filter))
  const [chosen, setChosen] = useState<readonly string[]>([])
  const canHandle = usePermission('work_orders.handle')
  if (orders.isPending) return <Loading lines={10} />
  if (orders.isError && orders.data === undefined) return <Failure error={orders.error} onRetry={orders.refetch} />
  const items = orders.data.pages.flatMap((page) => page.items)
  if (items.length === 0) return <Empty title={t('orders.none')} hint={t('orders.none_hint')} />
  const columns: Column<OrderLine>[] = [
    {
      key: 'choose',
      title: '',
      render: (order) => (
        <input
          type="checkbox"
          aria-label={t('orders.bulk_choose', { number: order.number })}
          checked={chosen.includes(order.id)}
          disabled={!canHandle}
          onChange={(event) => {
            const others = chosen.filter((id) => id !== order.id)
            setChosen(event.target.checked ? [...others, order.id] : others)
          }}
        />
      ),
    },
    {
      key: 'number',
      title: t('orders.column_number'),
      render: (order) => <Link to={`/work-orders/${order.id}`}>{order.number}</Link>,
    },
    {
      key: 'state',
      title: t('orders.column_state'),
      render: (order) => (
        <>
          <StateTag state={order.state} />
          {order.urges > 0 && <span className="tag tag--waiting">{t('orders.urged', { count: order.urges })}</span>}
        </>
      ),
    },
    { key: 'clock', title: t('orders.column_clock'), render: (order) => <Clock order={order} /> },
    {
      key: 'type',
      title: t('orders.column_type'),
      render: (order) => `${sectorText(t, order.sector)} · ${t(`orders.type_${order.business_type}`)}`,
    },
    { key: 'address', title: t('orders.column_address'), isMain: true, render: (order) => order.address || '–' },
    { key: 'contact', title: t('orders.contact'), render: (order) => order.contact_name || '–' },
    { key: 'unit', title: t('orders.column_unit'), render: (order) => order.unit_name ?? '–' },
    { key: 'created', title: t('orders.column_created'), render: (order) => localTime(order.created_at).slice(5, 16) },
  ]
  return (
    <section className="panel orders__table">
      <BulkBar chosen={items.filter((order) => chosen.includes(order.id))} onChosen={setChosen} />
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
