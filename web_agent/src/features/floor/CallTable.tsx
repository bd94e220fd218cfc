import { Link } from 'react-router'

import type { FloorCall } from '@/api/types'
import { useTranslation } from '@/i18n/useTranslation'
import { Button } from '@/ui/Button'
import type { Column } from '@/ui/DataTable'
import { DataTable } from '@/ui/DataTable'
import { clockTime } from '@/ui/format'
import { Empty } from '@/ui/states'

import { topicText } from './figures'
import { useSince } from './time'

interface CallTableProps {
  calls: readonly FloorCall[]
  chosen: string | null
  /** Null on the wall, where nothing is pressed. */
  onChoose: ((callId: string) => void) | null
}

/** Running calls as lines that one reads along. */
export function CallTable({ calls, chosen, onChoose }: CallTableProps) {
  const { t } = useTranslation()
  const since = useSince()
  const columns: Column<FloorCall>[] = [
    {
      key: 'call',
      title: t('floor.column_call'),
      render: (call) => <Link to={`/calls/${call.call_id}`}>{nameOf(call, t('floor.untitled'))}</Link>,
    },
    { key: 'agent', title: t('floor.column_agent'), render: (call) => call.agent_name || '–' },
    { key: 'topic', title: t('floor.column_topic'), render: (call) => topicText(call.topic) || '–' },
    {
      key: 'words',
      title: t('floor.column_words'),
      isMain: true,
      render: (call) => (
        <>
          {call.last_role !== null && <span className="floor__role">{t(`floor.${call.last_role}`)}</span>}
          {call.last_words}
        </>
      ),
    },
    {
      key: 'state',
      title: t('floor.column_state'),
      render: (call) => (
        <>
          <span className={call.state === 'held' ? 'tag tag--waiting' : 'tag'}>{t(`call.state_${call.state}`)}</span>
          {call.alerts > 0 && <span className="tag tag--danger">⚠ {call.alerts}</span>}
        </>
      ),
    },
    {
      key: 'time',
      title: t('floor.column_time'),
      isNumber: true,
      render: (call) => clockTime(since(call.began_at) ?? 0),
    },
  ]
  if (onChoose !== null) {
    columns.push({
      key: 'choose',
      title: '',
      render: (call) => (
        <Button
          isSmall
          aria-pressed={call.call_id === chosen}
          aria-label={t('floor.open_named', { title: nameOf(call, t('floor.untitled')) })}
          onClick={() => {
            onChoose(call.call_id)
          }}
        >
          {t('floor.open')}
        </Button>
      ),
    })
  }
  return (
    <section className="panel" aria-label={t('floor.calls')}>
      <div className="panel__head">
        <h2 className="panel__title">{t('floor.calls')}</h2>
      </div>
      {calls.length === 0 ? (
        <Empty title={t('floor.no_calls')} hint={t('floor.no_calls_hint')} />
      ) : (
        <DataTable
          caption={t('floor.calls')}
          columns={columns}
          rows={calls}
          keyOf={(call) => call.call_id}
          rowClass={(call) => (call.alerts > 0 ? 'floor__row--danger' : call.call_id === chosen ? 'is-chosen' : '')}
        />
      )}
    </section>
  )
}

const nameOf = (call: FloorCall, untitled: string): string =>
  [call.customer_number_masked, call.title].filter((part) => part !== '').join(' · ') || untitled
