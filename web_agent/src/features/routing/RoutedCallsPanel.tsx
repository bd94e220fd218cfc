import { useQuery } from '@tanstack/react-query'
import { Link } from 'react-router'

import { routedCallsQuery } from '@/api/queries/routing'
import type { RoutedCall, RoutingBook } from '@/api/types'
import { useTranslation } from '@/i18n/useTranslation'
import type { Column } from '@/ui/DataTable'
import { DataTable } from '@/ui/DataTable'
import { localTime } from '@/ui/format'
import { Empty, Failure, Loading } from '@/ui/states'

import { useQueueTitle } from './Choices'
import { reasonText } from './reasons'

/** Where calls were sent, the newest first, and why. */
export function RoutedCallsPanel({ book }: { book: RoutingBook }) {
  const { t } = useTranslation()
  const calls = useQuery(routedCallsQuery)
  const queueTitle = useQueueTitle(book)
  if (calls.isPending) return <Loading lines={6} />
  if (calls.isError) return <Failure error={calls.error} onRetry={calls.refetch} />
  if (calls.data.items.length === 0) return <Empty title={t('routing.no_calls')} hint={t('routing.no_calls_hint')} />
  const columns: Column<RoutedCall>[] = [
    {
      key: 'at',
      title: t('routing.time'),
      render: (call) => <Link to={`/calls/${call.call_id}`}>{localTime(call.at)}</Link>,
    },
    { key: 'area', title: t('routing.area'), render: (call) => call.caller_area || '–' },
    { key: 'dialled', title: t('routing.dialled'), render: (call) => call.dialled },
    { key: 'queue', title: t('routing.queue'), render: (call) => queueTitle(call.decision.queue) },
    { key: 'agent', title: t('routing.rung_first'), render: (call) => call.decision.agent ?? '–' },
    {
      key: 'first',
      title: t('routing.head_start'),
      isNumber: true,
      render: (call) => call.decision.head_start_seconds,
    },
    {
      key: 'why',
      title: t('routing.why'),
      isMain: true,
      render: (call) => call.decision.reasons.map((reason) => reasonText(t, reason, book)).join(' '),
    },
    { key: 'version', title: t('routing.version_column'), isNumber: true, render: (call) => call.version },
  ]
  return (
    <section className="panel routing__scroll">
      <DataTable
        caption={t('routing.tab_calls')}
        columns={columns}
        rows={calls.data.items}
        keyOf={(call) => call.call_id}
      />
    </section>
  )
}
