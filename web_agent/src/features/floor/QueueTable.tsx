import type { FloorQueue, FloorView } from '@/api/types'
import { useTranslation } from '@/i18n/useTranslation'
import type { Column } from '@/ui/DataTable'
import { DataTable } from '@/ui/DataTable'
import { clockTime, percent } from '@/ui/format'
import { Empty } from '@/ui/states'

import { useSince } from './time'

/** One queue a line, with how its service level is worked out. */
export function QueueTable({ floor }: { floor: FloorView }) {
  const { t } = useTranslation()
  const since = useSince()
  const none = t('floor.none_yet')
  const columns: Column<FloorQueue>[] = [
    { key: 'queue', title: t('floor.column_queue'), isMain: true, render: (queue) => queue.queue },
    { key: 'waiting', title: t('floor.column_waiting'), isNumber: true, render: (queue) => queue.waiting },
    {
      key: 'longest',
      title: t('floor.column_longest'),
      isNumber: true,
      render: (queue) => {
        const waited = since(queue.longest_since)
        return waited === null ? none : clockTime(waited)
      },
    },
    {
      key: 'expected',
      title: t('floor.column_expected'),
      isNumber: true,
      render: ({ expected_wait_seconds: wait, wait_error_seconds: error }) =>
        wait === null ? none : `${clockTime(wait * 1000)}${error === null ? '' : ` ± ${clockTime(error * 1000)}`}`,
    },
    {
      key: 'level',
      title: t('floor.column_level'),
      isNumber: true,
      render: ({ service_level: level }) => (level === null ? none : percent(level)),
    },
    {
      key: 'answered',
      title: t('floor.column_answered'),
      isNumber: true,
      render: (queue) => `${queue.answered} / ${queue.abandoned}`,
    },
    {
      key: 'ready',
      title: t('floor.column_ready'),
      isNumber: true,
      render: (queue) => `${queue.ready} / ${queue.serving}`,
    },
  ]
  return (
    <section className="panel" aria-label={t('floor.queues')}>
      <div className="panel__head">
        <h2 className="panel__title">{t('floor.queues')}</h2>
        <span className="floor__hint">
          {t('floor.level_hint', { minutes: floor.window_minutes, seconds: floor.target_seconds })}
        </span>
      </div>
      {floor.queues.length === 0 ? (
        <Empty title={t('floor.no_queues')} />
      ) : (
        <DataTable
          caption={t('floor.queues')}
          columns={columns}
          rows={floor.queues}
          keyOf={(queue) => queue.queue}
          rowClass={(queue) => (queue.waiting > 0 ? 'floor__row--waiting' : '')}
        />
      )}
    </section>
  )
}
