import { useState } from 'react'

import { asProblem } from '@/api/problem'
import { useReplayRouting } from '@/api/queries/routing'
import type { ReplayReport, RoutingBook } from '@/api/types'
import { problemText } from '@/i18n/problemText'
import { useTranslation } from '@/i18n/useTranslation'
import { Button } from '@/ui/Button'
import type { Column } from '@/ui/DataTable'
import { DataTable } from '@/ui/DataTable'
import { localTime } from '@/ui/format'
import { Banner, Empty } from '@/ui/states'

import { useQueueTitle } from './Choices'

const DAY_MS = 24 * 3600 * 1000

/** What would have happened to the calls of past days under the rules that are being edited. */
export function ReplayPanel({ book, isDirty }: { book: RoutingBook; isDirty: boolean }) {
  const { t } = useTranslation()
  const [days, setDays] = useState(7)
  const replay = useReplayRouting()
  return (
    <section className="panel routing__form" aria-label={t('routing.tab_replay')}>
      <p className="field__hint">{t(isDirty ? 'routing.replay_draft' : 'routing.replay_in_force')}</p>
      <form
        className="routing__apply"
        onSubmit={(event) => {
          event.preventDefault()
          const until = Date.now()
          replay.mutate({
            book,
            since: new Date(until - days * DAY_MS).toISOString(),
            until: new Date(until).toISOString(),
          })
        }}
      >
        <label className="routing__check">
          {t('routing.last_days')}
          <input
            className="input routing__count"
            type="number"
            min={1}
            max={90}
            value={days}
            onChange={(event) => {
              setDays(Math.min(90, Math.max(1, Number(event.target.value) || 1)))
            }}
          />
        </label>
        <Button type="submit" tone="primary" disabled={replay.isPending}>
          {t('routing.replay')}
        </Button>
      </form>
      {replay.isError && <Banner tone="problem">{problemText(t, asProblem(replay.error))}</Banner>}
      {replay.data !== undefined && <Report report={replay.data} book={book} />}
    </section>
  )
}

function Report({ report, book }: { report: ReplayReport; book: RoutingBook }) {
  const { t } = useTranslation()
  const queueTitle = useQueueTitle(book)
  if (report.calls === 0) return <Empty title={t('routing.replay_none')} hint={t('routing.replay_none_hint')} />
  const counts: Column<ReplayReport['queues'][number]>[] = [
    { key: 'queue', title: t('routing.queue'), isMain: true, render: (row) => queueTitle(row.queue) },
    { key: 'before', title: t('routing.before'), isNumber: true, render: (row) => row.before },
    { key: 'after', title: t('routing.after'), isNumber: true, render: (row) => row.after },
  ]
  const examples: Column<ReplayReport['examples'][number]>[] = [
    { key: 'at', title: t('routing.time'), render: (row) => localTime(row.at) },
    { key: 'area', title: t('routing.area'), render: (row) => row.caller_area || '–' },
    { key: 'dialled', title: t('routing.dialled'), render: (row) => row.dialled },
    { key: 'before', title: t('routing.before'), render: (row) => <Place decision={row.before} book={book} /> },
    {
      key: 'after',
      title: t('routing.after'),
      isMain: true,
      render: (row) => <Place decision={row.after} book={book} />,
    },
  ]
  return (
    <>
      <p role="status">
        <strong>{t('routing.replay_result', { calls: report.calls, changed: report.changed })}</strong>{' '}
        {report.unsure > 0 && t('routing.replay_unsure', { count: report.unsure })}{' '}
        {report.is_cut && t('routing.replay_cut')}
      </p>
      <DataTable
        caption={t('routing.replay_queues')}
        columns={counts}
        rows={report.queues}
        keyOf={(row) => row.queue ?? ''}
      />
      {report.examples.length > 0 && (
        <DataTable
          caption={t('routing.replay_changed')}
          columns={examples}
          rows={report.examples}
          keyOf={(row) => row.call_id}
        />
      )}
    </>
  )
}

function Place({ decision, book }: { decision: ReplayReport['examples'][number]['after']; book: RoutingBook }) {
  const { t } = useTranslation()
  const queueTitle = useQueueTitle(book)
  const ahead = decision.head_start_seconds > 0 ? t('routing.ahead', { seconds: decision.head_start_seconds }) : ''
  return [decision.agent ?? '', queueTitle(decision.queue), ahead].filter(Boolean).join(' · ')
}
