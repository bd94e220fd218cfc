import { useState } from 'react'

import { useCancelConsult, useConsult, useInvite, useJoinThree, useTransfer } from '@/api/queries/telephony'
import type { TelephoneView } from '@/api/types'
import { useTranslation } from '@/i18n/useTranslation'
import { Button } from '@/ui/Button'
import { useShortcut } from '@/ui/shortcuts'

import { DialField } from './DialField'
import { LevelMeter } from './LevelMeter'
import type { PhoneCall } from './phone'
import { phone } from './phone'

const KEYS = ['1', '2', '3', '4', '5', '6', '7', '8', '9', '*', '0', '#']
const ANSWER = 'Ctrl+G'
const HANG_UP = 'Ctrl+E'

interface CallControlsProps {
  call: PhoneCall
  view: TelephoneView
  onFailure: (error: unknown) => void
}

/** What may be done in a call; each action has its key. */
export function CallControls({ call, view, onFailure }: CallControlsProps) {
  const { t } = useTranslation()
  const isRinging = call.phase === 'ringing'
  const end = () => {
    phone.hangUp()
  }
  const answer = () => {
    phone.answer()
  }
  const endLabel = t(isRinging ? 'phone.decline' : 'phone.hang_up')
  useShortcut({ chord: ANSWER, group: 'phone', label: t('phone.answer'), run: answer, isEnabled: isRinging })
  useShortcut({ chord: HANG_UP, group: 'phone', label: endLabel, run: end })
  return (
    <div className="phone__actions">
      {isRinging && (
        <Button tone="primary" chord={ANSWER} onClick={answer}>
          {t('phone.answer')}
        </Button>
      )}
      {call.phase === 'talking' && <TalkControls call={call} view={view} onFailure={onFailure} />}
      <Button className="phone__end" chord={HANG_UP} onClick={end}>
        {endLabel}
      </Button>
    </div>
  )
}

function TalkControls({ call, view, onFailure }: CallControlsProps) {
  const { t } = useTranslation()
  const [hasKeys, setHasKeys] = useState(false)
  const transfer = useTransfer()
  const consult = useConsult()
  const cancel = useCancelConsult()
  const join = useJoinThree()
  const invite = useInvite()
  const isConsulting = view.call?.is_consulting === true
  const isConference = (view.call?.members.length ?? 0) > 0
  const onError = onFailure
  const inOtherHands = {
    label: t('phone.transfer'),
    run: (number: string) => {
      transfer.mutate(number, { onError })
    },
  }
  const asked = {
    label: t('phone.consult'),
    run: (number: string) => {
      consult.mutate(number, { onError })
    },
  }
  const asMember = {
    label: t('phone.invite'),
    run: (number: string) => {
      invite.mutate(number, { onError })
    },
  }
  const hold = () => {
    phone.toggleHold()
  }
  const mute = () => {
    phone.toggleMute()
  }
  const keys = () => {
    setHasKeys((has) => !has)
  }
  const back = () => {
    cancel.mutate(undefined, { onError })
  }
  const joinThree = () => {
    join.mutate(undefined, { onError })
  }
  useShortcut({ chord: 'Ctrl+Alt+Q', group: 'phone', label: t('phone.hold'), run: hold })
  useShortcut({ chord: 'Ctrl+Alt+V', group: 'phone', label: t('phone.mute'), run: mute })
  useShortcut({ chord: 'Ctrl+Alt+W', group: 'phone', label: t('phone.keypad'), run: keys })
  useShortcut({
    chord: 'Ctrl+Alt+X',
    group: 'phone',
    label: t('phone.cancel_consult'),
    run: back,
    isEnabled: isConsulting,
  })
  useShortcut({
    chord: 'Ctrl+Alt+U',
    group: 'phone',
    label: t('phone.join_three'),
    run: joinThree,
    isEnabled: isConsulting,
  })
  return (
    <>
      <LevelMeter isMuted={call.isMuted} />
      {view.call?.is_of_three === true && <span className="tag">{t('phone.of_three')}</span>}
      <Button chord="Ctrl+Alt+Q" aria-pressed={call.isHeld} onClick={hold}>
        {t('phone.hold')}
      </Button>
      <Button chord="Ctrl+Alt+V" aria-pressed={call.isMuted} onClick={mute}>
        {t('phone.mute')}
      </Button>
      <div className="phone__folded">
        <Button chord="Ctrl+Alt+W" aria-expanded={hasKeys} onClick={keys}>
          {t('phone.keypad')}
        </Button>
        {hasKeys && <Keypad />}
      </div>
      {isConsulting ? (
        <>
          <Button chord="Ctrl+Alt+X" onClick={back}>
            {t('phone.cancel_consult')}
          </Button>
          <Button chord="Ctrl+Alt+U" onClick={joinThree}>
            {t('phone.join_three')}
          </Button>
        </>
      ) : (
        <DialField
          label={t(isConference ? 'phone.invite' : 'phone.transfer_to')}
          chord="Ctrl+Alt+Z"
          isEnabled
          actions={isConference ? [asMember] : [inOtherHands, asked, asMember]}
        />
      )}
    </>
  )
}

function Keypad() {
  const { t } = useTranslation()
  return (
    <div className="phone__keypad" role="group" aria-label={t('phone.keypad')}>
      {KEYS.map((key) => (
        <Button
          key={key}
          onClick={() => {
            phone.press(key)
          }}
        >
          {key}
        </Button>
      ))}
    </div>
  )
}
