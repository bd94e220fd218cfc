import type { KeyboardEvent } from 'react'
import { useTranslation } from '@/i18n/useTranslation'
import { Link } from 'react-router'

import type { CallInfo } from '@/api/types'
import { clockTime, localTime } from '@/ui/format'
import { sectorText } from '@/ui/sectors'

/** Newest first; the title is a link, arrows walk from link to link. */
export function CallTable({ calls }: { calls: readonly CallInfo[] }) {
  const { t } = useTranslation()
  const columns = ['state', 'began', 'call', 'sector', 'number', 'duration', 'source', 'agent'] as const
  return (
    <table className="table">
      <caption className="visually-hidden">{t('calls.title')}</caption>
      <thead>
        <tr>
          {columns.map((column) => (
            <th key={column} scope="col">
              {t(`calls.column_${column}`)}
            </th>
          ))}
        </tr>
      </thead>
      {/* eslint-disable-next-line jsx-a11y/no-noninteractive-element-interactions -- rejected: the keys of the links inside bubble to here. */}
      <tbody onKeyDown={walkRows}>
        {calls.map((call) => (
          <CallRow key={call.id} call={call} />
        ))}
      </tbody>
    </table>
  )
}

function CallRow({ call }: { call: CallInfo }) {
  const { t } = useTranslation()
  const lengthMs = call.state === 'ended' ? (call.duration_ms ?? call.heard_ms) : call.heard_ms
  return (
    <tr className={call.state === 'answered' ? 'is-live' : ''}>
      <td>
        <CallStateTag call={call} />
      </td>
      <td>{localTime(call.created_at)}</td>
      <td className="table__main">
        <Link to={`/calls/${call.id}`}>{call.title === '' ? t('call.untitled') : call.title}</Link>
      </td>
      <td>{call.sector === null ? '–' : sectorText(t, call.sector)}</td>
      <td>{call.customer_number_masked || '–'}</td>
      <td className="table__number">{clockTime(lengthMs)}</td>
      <td>{t(`call.source_${call.source}`)}</td>
      <td>{call.agent_name || '–'}</td>
    </tr>
  )
}

function CallStateTag({ call }: { call: CallInfo }) {
  const { t } = useTranslation()
  if (call.state === 'answered') return <span className="tag tag--accent">● {t('call.state_answered')}</span>
  if (call.state === 'interrupted') return <span className="tag tag--waiting">⚠ {t('call.state_interrupted')}</span>
  if (call.end_reason === 'failed') return <span className="tag tag--waiting">⚠ {t('call.state_ended_failed')}</span>
  return <span className="tag">{t(`call.state_ended_${call.end_reason ?? 'completed'}`)}</span>
}

function walkRows(event: KeyboardEvent<HTMLElement>): void {
  if (event.key !== 'ArrowDown' && event.key !== 'ArrowUp') return
  const links = [...event.currentTarget.querySelectorAll('a')]
  const at = links.findIndex((link) => link === document.activeElement)
  if (at === -1) return
  event.preventDefault()
  links[at + (event.key === 'ArrowDown' ? 1 : -1)]?.focus()
}
