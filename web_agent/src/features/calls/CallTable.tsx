import { useTranslation } from '@/i18n/useTranslation'
import { Link } from 'react-router'

import type { CallInfo } from '@/api/types'
import type { Column } from '@/ui/DataTable'
import { DataTable } from '@/ui/DataTable'
import { clockTime, localTime } from '@/ui/format'
import { sectorText } from '@/ui/sectors'
import { isOver, isRunning } from '@/realtime/callStates'

/** Newest first; the title is a link, arrows walk from link to link. */
export function CallTable({ calls }: { calls: readonly CallInfo[] }) {
  const { t } = useTranslation()
  const columns: Column<CallInfo>[] = [
    { key: 'state', title: t('calls.column_state'), render: (call) => <CallStateTag call={call} /> },
    { key: 'began', title: t('calls.column_began'), render: (call) => localTime(call.created_at) },
    {
      key: 'call',
      title: t('calls.column_call'),
      isMain: true,
      render: (call) => <Link to={`/calls/${call.id}`}>{call.title === '' ? t('call.untitled') : call.title}</Link>,
    },
    {
      key: 'sector',
      title: t('calls.column_sector'),
      render: (call) => (call.sector === null ? '–' : sectorText(t, call.sector)),
    },
    { key: 'number', title: t('calls.column_number'), render: (call) => call.customer_number_masked || '–' },
    {
      key: 'duration',
      title: t('calls.column_duration'),
      isNumber: true,
      render: (call) => clockTime(isOver(call.state) ? (call.duration_ms ?? call.heard_ms) : call.heard_ms),
    },
    { key: 'source', title: t('calls.column_source'), render: (call) => t(`call.source_${call.source}`) },
    { key: 'agent', title: t('calls.column_agent'), render: (call) => call.agent_name || '–' },
  ]
  return (
    <DataTable
      caption={t('calls.title')}
      columns={columns}
      rows={calls}
      keyOf={(call) => call.id}
      rowClass={(call) => (isRunning(call.state) ? 'is-live' : '')}
    />
  )
}

function CallStateTag({ call }: { call: CallInfo }) {
  const { t } = useTranslation()
  if (isRunning(call.state)) return <span className="tag tag--accent">● {t(`call.state_${call.state}`)}</span>
  if (call.state === 'abandoned') return <span className="tag">{t('call.state_abandoned')}</span>
  if (call.state === 'interrupted') return <span className="tag tag--waiting">⚠ {t('call.state_interrupted')}</span>
  if (call.end_reason === 'failed') return <span className="tag tag--waiting">⚠ {t('call.state_ended_failed')}</span>
  return <span className="tag">{t(`call.state_ended_${call.end_reason ?? 'completed'}`)}</span>
}
