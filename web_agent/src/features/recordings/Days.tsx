import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { Link } from 'react-router'

import { dayGapsQuery, recordingDaysQuery } from '@/api/queries/recordings'
import type { RecordingDay, RecordingDayGap } from '@/api/types'
import { useTranslation } from '@/i18n/useTranslation'
import { Button } from '@/ui/Button'
import type { Column } from '@/ui/DataTable'
import { DataTable } from '@/ui/DataTable'
import { localTime } from '@/ui/format'
import { Failure, Loading } from '@/ui/states'

import './Days.css'

type Reason = RecordingDayGap['reason']

/** Days against the records of exchanges: how many conversations they had, what is lacking, and why. */
export function Days() {
  const { t } = useTranslation()
  const days = useQuery(recordingDaysQuery)
  const [opened, setOpened] = useState<string>()
  if (days.isPending) return <Loading lines={4} />
  if (days.data === undefined) return <Failure error={days.error} onRetry={days.refetch} />
  if (days.data.length === 0) return null
  const columns: Column<RecordingDay>[] = [
    {
      key: 'day',
      title: t('recording.column_day'),
      isMain: true,
      render: ({ day, lacking }) =>
        lacking === 0 ? (
          day
        ) : (
          <Button
            tone="quiet"
            aria-expanded={day === opened}
            onClick={() => {
              setOpened(day === opened ? undefined : day)
            }}
          >
            {day}
          </Button>
        ),
    },
    {
      key: 'records',
      title: t('recording.column_records'),
      render: ({ has_records: has, records }) => (has ? records : t('recording.no_records')),
    },
    { key: 'calls', title: t('recording.column_calls'), render: ({ calls }) => calls },
    { key: 'joined', title: t('recording.column_joined'), render: ({ joined }) => joined },
    { key: 'transcribed', title: t('recording.column_transcribed'), render: ({ transcribed }) => transcribed },
    { key: 'lacking', title: t('recording.column_lacking'), render: ({ lacking }) => lacking },
    {
      key: 'reasons',
      title: t('recording.column_reasons'),
      render: ({ reasons }) =>
        Object.entries(reasons)
          .map(([reason, count]) => `${t(`recording.reason_${reason as Reason}`)} ${count}`)
          .join(t('recording.between_reasons')),
    },
  ]
  return (
    <section className="recording-days">
      <h2>{t('recording.days_title')}</h2>
      <p>{t('recording.days_hint')}</p>
      <DataTable caption={t('recording.days_title')} columns={columns} rows={days.data} keyOf={({ day }) => day} />
      {opened !== undefined && <DayGaps day={opened} />}
    </section>
  )
}

function DayGaps({ day }: { day: string }) {
  const { t } = useTranslation()
  const gaps = useQuery(dayGapsQuery(day))
  if (gaps.isPending) return <Loading lines={2} />
  if (gaps.data === undefined) return <Failure error={gaps.error} onRetry={gaps.refetch} />
  const { items, total } = gaps.data
  const title = t('recording.gaps_title', { day, shown: items.length, total })
  const columns: Column<RecordingDayGap>[] = [
    {
      key: 'began',
      title: t('recording.column_began'),
      isMain: true,
      // A call that nobody here knows has no page.
      render: ({ call_id: id, began_at: began, lacks }) =>
        lacks === 'call' ? localTime(began) : <Link to={`/calls/${id}`}>{localTime(began)}</Link>,
    },
    { key: 'agent', title: t('recording.column_agent'), render: ({ agent }) => agent },
    { key: 'lacks', title: t('recording.column_missing'), render: ({ lacks }) => t(`recording.lacks_${lacks}`) },
    { key: 'reason', title: t('recording.column_reasons'), render: ({ reason }) => t(`recording.reason_${reason}`) },
  ]
  return (
    <>
      <h3>{title}</h3>
      <DataTable caption={title} columns={columns} rows={items} keyOf={(item) => item.call_id + item.lacks} />
    </>
  )
}
