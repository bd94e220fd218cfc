import { useQuery } from '@tanstack/react-query'
import { Link } from 'react-router'

import { recordingGapsQuery } from '@/api/queries/recordings'
import type { RecordingGap } from '@/api/types'
import { useTranslation } from '@/i18n/useTranslation'
import type { Column } from '@/ui/DataTable'
import { DataTable } from '@/ui/DataTable'
import { clockTime, localTime } from '@/ui/format'
import { ListPage } from '@/ui/ListPage'
import { Empty, Failure, Loading } from '@/ui/states'

import { Days } from './Days'

/** Telephone calls of a day against their recordings and texts: how many are whole, and which are not. */
export function RecordingsPage() {
  const { t } = useTranslation()
  return (
    <ListPage title={t('recording.page_title')}>
      <Gaps />
      <Days />
    </ListPage>
  )
}

function Gaps() {
  const { t } = useTranslation()
  const gaps = useQuery(recordingGapsQuery)
  if (gaps.isPending) return <Loading lines={4} />
  if (gaps.data === undefined) return <Failure error={gaps.error} onRetry={gaps.refetch} />
  const { items, ...counts } = gaps.data
  const columns: Column<RecordingGap>[] = [
    {
      key: 'began',
      title: t('recording.column_began'),
      isMain: true,
      render: ({ call_id: id, began_at: began }) => <Link to={`/calls/${id}`}>{localTime(began)}</Link>,
    },
    { key: 'agent', title: t('recording.column_agent'), render: ({ agent_name: name }) => name },
    {
      key: 'missing',
      title: t('recording.column_missing'),
      render: ({ missing, missing_from_ms: from }) =>
        t(`recording.lacks_${missing}`, { from: from === null ? '' : clockTime(from) }),
    },
  ]
  return (
    <>
      <p>{t('recording.counts', counts)}</p>
      {counts.unknown > 0 && <p>{t('recording.unknown', { count: counts.unknown })}</p>}
      {items.length === 0 ? (
        <Empty title={t('recording.whole')} hint={t('recording.whole_hint')} />
      ) : (
        <DataTable caption={t('recording.page_title')} columns={columns} rows={items} keyOf={(item) => item.call_id} />
      )}
    </>
  )
}
