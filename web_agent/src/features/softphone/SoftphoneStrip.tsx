import { useState } from 'react'

import { asProblem } from '@/api/problem'
import type { TelephoneView } from '@/api/types'
import { usePermission } from '@/features/session/useSession'
import { problemText } from '@/i18n/problemText'
import { useTranslation } from '@/i18n/useTranslation'
import { Button } from '@/ui/Button'
import { useShortcut } from '@/ui/shortcuts'
import { Banner } from '@/ui/states'

import { AgentState } from './AgentState'
import { Caller } from './Caller'
import { CallControls } from './CallControls'
import { Conference } from './Conference'
import { DialField } from './DialField'
import { phone } from './phone'
import { useSoftphone } from './useSoftphone'

import './Softphone.css'

/** Number that takes over a call which rings at a colleague's telephone (`pickupexten` of the exchange). */
const PICK_UP = '*8'

/** One's own telephone, below the bar of every page; nothing where one has none. */
export function SoftphoneStrip() {
  return usePermission('telephony.take_calls') ? <Strip /> : null
}

function Strip() {
  const { t } = useTranslation()
  const { state, view, signIn, signOut, choose } = useSoftphone()
  const [failure, setFailure] = useState<unknown>(null)
  const isOff = state.line === 'off'
  const data = view.data
  const canSignIn = isOff && data?.has_softphone === true && data.is_exchange_reachable
  const begin = () => {
    setFailure(null)
    signIn().catch(setFailure)
  }
  useShortcut({ chord: 'Ctrl+Alt+G', group: 'phone', label: t('phone.sign_in'), run: begin, isEnabled: canSignIn })
  if (data === undefined || !data.is_on || data.extension === null) return null
  const isLost =
    !isOff && (state.line === 'lost' || state.line === 'refused' || view.isError || !data.is_exchange_reachable)
  return (
    <section className="phone" aria-label={t('phone.title')}>
      <div className={`phone__strip phone__strip--${state.call?.phase ?? 'idle'}`}>
        <span className="phone__extension">{t('phone.extension', { extension: data.extension })}</span>
        {isOff && data.has_softphone ? (
          <Button tone="primary" chord="Ctrl+Alt+G" disabled={!canSignIn} onClick={begin}>
            {t('phone.sign_in')}
          </Button>
        ) : (
          // In a call the line says as much, and its controls need the room.
          state.call === null && <AgentState view={data} onChoose={choose} />
        )}
        {state.call === null ? (
          !isOff && <Idle view={data} onSignOut={signOut} />
        ) : (
          <>
            <Caller call={state.call} view={data} />
            <CallControls call={state.call} view={data} onFailure={setFailure} />
          </>
        )}
      </div>
      {data.call !== null && data.call.members.length > 0 && (
        <Conference members={data.call.members} view={data} onFailure={setFailure} />
      )}
      {isLost && <Banner tone="problem">{t('phone.lost')}</Banner>}
      {isOff && data.has_softphone && !data.is_exchange_reachable && (
        <Banner tone="problem">{t('phone.exchange_lost')}</Banner>
      )}
      {state.isDeaf && <Banner tone="problem">{t('phone.no_microphone')}</Banner>}
      {failure !== null && <Banner tone="problem">{problemText(t, asProblem(failure))}</Banner>}
    </section>
  )
}

function Idle({ view, onSignOut }: { view: TelephoneView; onSignOut: () => void }) {
  const { t } = useTranslation()
  const canPickUp = view.call === null && view.ringing_elsewhere > 0
  const pickUp = () => {
    phone.dial(PICK_UP)
  }
  useShortcut({
    chord: 'Ctrl+Alt+P',
    group: 'phone',
    label: t('phone.pick_up'),
    run: pickUp,
    isEnabled: canPickUp,
  })
  return (
    <div className="phone__actions">
      {canPickUp && (
        <Button tone="primary" chord="Ctrl+Alt+P" onClick={pickUp}>
          {t('phone.pick_up')}
        </Button>
      )}
      <DialField
        label={t('phone.dial')}
        actions={[
          {
            label: t('phone.call'),
            run: (number) => {
              phone.dial(number)
            },
          },
        ]}
        chord="Ctrl+Alt+I"
        isEnabled={view.call === null}
      />
      <Button tone="quiet" onClick={onSignOut}>
        {t('phone.sign_out')}
      </Button>
    </div>
  )
}
