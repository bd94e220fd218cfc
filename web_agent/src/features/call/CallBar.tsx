import { useTranslation } from '@/i18n/useTranslation'
import { Link } from 'react-router'

import { asProblem } from '@/api/problem'
import { useStopCall } from '@/api/queries/calls'
import type { CallInfo } from '@/api/types'
import { useGo } from '@/ui/useGo'
import { usePermission, useSession } from '@/features/session/useSession'
import { problemText } from '@/i18n/problemText'
import { Button } from '@/ui/Button'
import { clockTime } from '@/ui/format'
import { Kbd } from '@/ui/Kbd'
import { useShortcut } from '@/ui/shortcuts'

import { useHeardMs } from './heard'
import { useListening } from './useListening'
import type { Player } from '@/ui/usePlayer'
import { isOver } from '@/realtime/callStates'

import './CallBar.css'

interface CallBarProps {
  call: CallInfo
  isConnected: boolean
  player: Player
  /** The recording of a running call can be heard along. */
  canListen: boolean
  listensAtOnce: boolean
}

/** State, time, who: the first thing the eye finds. */
export function CallBar({ call, isConnected, player, canListen, listensAtOnce }: CallBarProps) {
  const { t } = useTranslation()
  const heardMs = useHeardMs(call, isConnected)
  return (
    <section className="call-bar" aria-label={t('call.bar')}>
      <Link className="button button--quiet" to="/calls" aria-label={t('call.back')}>
        ←
      </Link>
      <CallStateMark call={call} />
      <span className="call-bar__clock" role="timer" aria-label={t('call.elapsed')}>
        {clockTime(heardMs)}
        {call.duration_ms !== null && !isOver(call.state) && (
          <span className="call-bar__of"> / {clockTime(call.duration_ms)}</span>
        )}
      </span>
      {call.customer_number_masked !== '' && <span className="call-bar__number">{call.customer_number_masked}</span>}
      <h1 className="call-bar__title">{call.title === '' ? t('call.untitled') : call.title}</h1>
      <span className="tag">{t(`call.source_${call.source}`)}</span>
      {call.speed === 'max' && call.state === 'answered' && <span className="tag">{t('call.speed_max')}</span>}
      <span className="call-bar__actions">
        {canListen && <ListenButton player={player} heardMs={heardMs} startsAtOnce={listensAtOnce} />}
        <OrderButton callId={call.id} />
        {isOver(call.state) ? <CaseButton callId={call.id} /> : call.source !== 'live' && <StopButton call={call} />}
      </span>
    </section>
  )
}

function CallStateMark({ call }: { call: CallInfo }) {
  const { t } = useTranslation()
  const key = call.state === 'ended' && call.end_reason !== null ? (`ended_${call.end_reason}` as const) : call.state
  return <span className={`call-state call-state--${key}`}>{t(`call.state_${key}`)}</span>
}

function ListenButton({ player, heardMs, startsAtOnce }: { player: Player; heardMs: number; startsAtOnce: boolean }) {
  const { t } = useTranslation()
  const listening = useListening(player, heardMs, startsAtOnce)
  useShortcut({ chord: 'L', group: 'call', label: t('call.listen'), run: listening.toggle })
  return (
    <Button chord="L" aria-pressed={listening.isOn} onClick={listening.toggle}>
      {t('call.listen')}
    </Button>
  )
}

/** One key from a finished call to the form of its case. */
function CaseButton({ callId }: { callId: string }) {
  const { t } = useTranslation()
  const go = useGo()
  const canMake = usePermission('cases.make')
  const address = `/calls/${callId}/case`
  const run = () => {
    go(address)
  }
  useShortcut({ chord: 'Alt+A', group: 'call', label: t('cases.make'), run, isEnabled: canMake })
  if (!canMake) return null
  return (
    <Link className="button" to={address} aria-keyshortcuts="Alt+A">
      {t('cases.make')}
      <Kbd chord="Alt+A" />
    </Link>
  )
}

/** One key from a call to the work order that it suggests. */
function OrderButton({ callId }: { callId: string }) {
  const { t } = useTranslation()
  const go = useGo()
  const canMake = usePermission('work_orders.handle')
  const address = `/calls/${callId}/work-order`
  const run = () => {
    go(address)
  }
  useShortcut({ chord: 'Alt+N', group: 'call', label: t('orders.new'), run, isEnabled: canMake })
  if (!canMake) return null
  return (
    <Link className="button" to={address} aria-keyshortcuts="Alt+N">
      {t('orders.new')}
      <Kbd chord="Alt+N" />
    </Link>
  )
}

function StopButton({ call }: { call: CallInfo }) {
  const { t } = useTranslation()
  const { account } = useSession()
  const mayActOnAll = usePermission('calls.act_on_all')
  // Two people may share a name: the server decides, the page only keeps the key away from who watches.
  const mayStop = mayActOnAll || call.agent_name === account.display_name
  const stop = useStopCall(call.id)
  const run = () => {
    stop.mutate()
  }
  useShortcut({ chord: 'Alt+S', group: 'call', label: t('call.stop'), run, isEnabled: mayStop })
  if (!mayStop) return null
  return (
    <>
      {stop.isError && (
        <span className="field__error" role="alert">
          {problemText(t, asProblem(stop.error))}
        </span>
      )}
      <Button chord="Alt+S" disabled={stop.isPending || stop.isSuccess} onClick={run}>
        {t('call.stop')}
      </Button>
    </>
  )
}
