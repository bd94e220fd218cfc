import { useInfiniteQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { Link } from 'react-router'

import type { OrderFilter } from '@/api/queries/orders'
import { ordersQuery } from '@/api/queries/orders'
import type { OrderLine } from '@/api/types'
import { useTranslation } from '@/i18n/useTranslation'
import { Button } from '@/ui/Button'
import type { Column } from '@/ui/DataTable'
import { DataTable } from '@/ui/DataTable'
import { localTime } from '@/ui/format'
import { ListPage } from '@/ui/ListPage'
import { sectorText } from '@/ui/sectors'
import { useShortcut } from '@/ui/shortcuts'
import { Empty, Failure, Loading } from '@/ui/states'

import { Clock } from './Clock'
import { STEPS, stepsBehind } from './complaint'
import { EVERYTHING } from './views'

import './Orders.css'

const COMPLAINTS: OrderFilter = { ...EVERYTHING, business_type: 'complaint' }
const TABS = [
  { key: 'open', filter: { ...COMPLAINTS, is_open: true } },
  { key: 'statement', filter: { ...COMPLAINTS, state: 'dispatched' } },
  { key: 'verification', filter: { ...COMPLAINTS, state: 'done' } },
  { key: 'answer', filter: { ...COMPLAINTS, state: 'callback_due' } },
  { key: 'supervision', filter: { ...COMPLAINTS, state: 'answered' } },
  { key: 'overdue', filter: { ...COMPLAINTS, is_overdue: true } },
  { key: 'closed', filter: { ...COMPLAINTS, state: 'closed' } },
] as const satisfies readonly { key: string; filter: OrderFilter }[]
type Tab = (typeof TABS)[number]

/** Complaints by the step that is due next. */
export function ComplaintsPage() {
  const { t } = useTranslation()
  const [tab, setTab] = useState<Tab>(TABS[0])
  return (
    <ListPage title={t('complaints.title')} actions={<Link to="/work-orders">{t('orders.title')}</Link>}>
      <nav className="views" aria-label={t('complaints.steps')}>
        {TABS.map((item, place) => (
          <TabButton
            key={item.key}
            label={t(`complaints.step_${item.key}`)}
            chord={String(place + 1)}
            isChosen={item === tab}
            onChoose={() => {
              setTab(item)
            }}
          />
        ))}
      </nav>
      <Complaints filter={tab.filter} />
    </ListPage>
  )
}

interface TabButtonProps {
  label: string
  chord: string
  isChosen: boolean
  onChoose: () => void
}

function TabButton({ label, chord, isChosen, onChoose }: TabButtonProps) {
  useShortcut({ chord, group: 'lists', label, run: onChoose })
  return (
    <Button isSmall aria-pressed={isChosen} chord={chord} onClick={onChoose}>
      {label}
    </Button>
  )
}

function Complaints({ filter }: { filter: OrderFilter }) {
  const { t } = useTranslation()
  const orders = useInfiniteQuery(ordersQuery(filter))
  if (orders.isPending) return <Loading lines={8} />
  if (orders.isError && orders.data === undefined) return <Failure error={orders.error} onRetry={orders.refetch} />
  const items = orders.data.pages.flatMap((page) => page.items)
  if (items.length === 0) return <Empty title={t('complaints.none')} hint={t('complaints.none_hint')} />
  const columns: Column<OrderLine>[] = [
    {
      key: 'number',
      title: t('complaints.column_number'),
      render: (order) => <Link to={`/work-orders/${order.id}`}>{order.number}</Link>,
    },
    { key: 'step', title: t('complaints.column_step'), render: (order) => <NextStep order={order} /> },
    { key: 'clock', title: t('complaints.column_clock'), render: (order) => <Clock order={order} /> },
    {
      key: 'department',
      title: t('complaints.column_department'),
      render: (order) => `${order.responsible_unit_name ?? '–'} · ${sectorText(t, order.sector)}`,
    },
    { key: 'contact', title: t('complaints.column_contact'), render: (order) => order.contact_name || '–' },
    { key: 'address', title: t('complaints.column_address'), isMain: true, render: (order) => order.address || '–' },
    {
      key: 'created',
      title: t('complaints.column_created'),
      render: (order) => localTime(order.created_at).slice(5, 16),
    },
  ]
  return (
    <section className="panel orders__table">
      <DataTable
        caption={t('complaints.title')}
        columns={columns}
        rows={items}
        keyOf={(order) => order.id}
        more={orders.hasNextPage ? { isPending: orders.isFetchingNextPage, load: orders.fetchNextPage } : null}
      />
    </section>
  )
}

const TAB_OF_STEP = {
  statement: 'statement',
  verification: 'verification',
  answer: 'answer',
  supervision: 'supervision',
} as const

/** The step that is due next; the word of the state once the complaint is over. */
function NextStep({ order }: { order: OrderLine }) {
  const { t } = useTranslation()
  const next = STEPS[stepsBehind(order.state)]
  const text =
    next === undefined || next.key === 'taken'
      ? t(`orders.state_${order.state}`)
      : t(`complaints.step_${TAB_OF_STEP[next.key]}`)
  return <span className={`tag ${next === undefined ? 'tag--ready' : 'tag--accent'}`}>{text}</span>
}
