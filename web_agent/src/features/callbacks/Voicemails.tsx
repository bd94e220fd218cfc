import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { Link } from 'react-router'

import { asProblem } from '@/api/problem'
import type { VoicemailDeed } from '@/api/queries/callbacks'
import { useActOnVoicemail, voicemailAudio, voicemailsQuery } from '@/api/queries/callbacks'
import type { VoicemailLine } from '@/api/types'
import { intentText } from '@/features/ivr/words'
import { problemText } from '@/i18n/problemText'
import { useTranslation } from '@/i18n/useTranslation'
import { Button } from '@/ui/Button'
import { clockTime, localTime } from '@/ui/format'
import { useShortcut } from '@/ui/shortcuts'
import { Banner, Empty, Failure, Loading } from '@/ui/states'
import { useGo } from '@/ui/useGo'
import { usePlayer } from '@/ui/usePlayer'

interface VoicemailsProps {
  isWaiting: boolean
  /** A message became a callback that this person has taken. */
  onCalled: () => void
}

/** Messages: one is chosen, heard, and becomes an order or a call. */
export function Voicemails({ isWaiting, onCalled }: VoicemailsProps) {
  const { t } = useTranslation()
  const go = useGo()
  const messages = useQuery(voicemailsQuery(isWaiting))
  const act = useActOnVoicemail()
  const [chosen, setChosen] = useState<string | null>(null)
  if (messages.isPending) return <Loading lines={8} />
  if (messages.isError && messages.data === undefined) {
    return <Failure error={messages.error} onRetry={messages.refetch} />
  }
  const items = messages.data.items
  const [first] = items
  if (first === undefined) {
    const list = isWaiting ? 'voicemails' : 'handled'
    return <Empty title={t(`callbacks.none_${list}`)} hint={t('callbacks.none_voicemails_hint')} />
  }
  const item = items.find((one) => one.id === chosen) ?? first
  const run = (deed: VoicemailDeed['deed']) => {
    act.mutate(
      { deed, id: item.id },
      {
        onSuccess: (orderId) => {
          if (orderId !== null) go(`/work-orders/${orderId}`)
          if (deed === 'callback') onCalled()
        },
      },
    )
  }
  return (
    <>
      {act.isError && <Banner tone="problem">{problemText(t, asProblem(act.error))}</Banner>}
      <div className="callbacks__columns">
        <section className="panel callbacks__messages" aria-label={t('callbacks.view_voicemails')}>
          {items.map((one) => (
            <button
              key={one.id}
              type="button"
              className="callbacks__message"
              aria-current={one.id === item.id}
              onClick={() => {
                setChosen(one.id)
              }}
            >
              <span className="callbacks__line">
                <b className="callbacks__number">{one.number || t('callbacks.withheld')}</b>
                <span>{localTime(one.received_at).slice(5, 16)}</span>
              </span>
              <span className="callbacks__words">{one.text || t('callbacks.no_words')}</span>
            </button>
          ))}
        </section>
        <Message key={item.id} item={item} isPending={act.isPending} onRun={run} />
      </div>
    </>
  )
}

interface MessageProps {
  item: VoicemailLine
  isPending: boolean
  onRun: (deed: VoicemailDeed['deed']) => void
}

function Message({ item, isPending, onRun }: MessageProps) {
  const { t } = useTranslation()
  const { player, audioProps } = usePlayer()
  const isHandled = item.handled_at !== null
  useShortcut({
    chord: 'P',
    group: 'lists',
    label: t('callbacks.play'),
    isEnabled: item.has_sound,
    run: player.toggle,
  })
  return (
    <section className="panel callbacks__open" aria-labelledby="message-title">
      <div className="panel__head">
        <h2 id="message-title" className="panel__title">
          {item.intent === null ? t('callbacks.no_intent') : intentText(t, item.intent)}
        </h2>
        <span>
          {item.number || t('callbacks.withheld')} · {clockTime(item.seconds * 1000)}
        </span>
      </div>
      <blockquote className="callbacks__quote">{item.text || t('callbacks.no_words')}</blockquote>
      {item.has_sound ? (
        <p className="callbacks__player">
          {/* eslint-disable-next-line jsx-a11y/media-has-caption -- rejected: the words stand above. */}
          <audio {...audioProps} src={voicemailAudio(item.id)} preload="none" />
          <Button chord="P" onClick={player.toggle}>
            {t(player.isPlaying ? 'callbacks.pause' : 'callbacks.play')}
          </Button>
          <span aria-hidden="true">{clockTime(player.timeMs)}</span>
          {player.hasFailed && <span role="alert">{t('callbacks.sound_failed')}</span>}
        </p>
      ) : (
        <p className="callbacks__facts">{t('callbacks.sound_gone')}</p>
      )}
      {isHandled ? (
        <p className="callbacks__facts">
          {t('callbacks.handled_by', {
            name: item.handled_by ?? '',
            at: localTime(item.handled_at ?? '').slice(5, 16),
          })}
          {item.order_id !== null && <Link to={`/work-orders/${item.order_id}`}>{item.order_number}</Link>}
        </p>
      ) : (
        <MessageDeeds item={item} isPending={isPending} onRun={onRun} />
      )}
    </section>
  )
}

function MessageDeeds({ item, isPending, onRun }: MessageProps) {
  const { t } = useTranslation()
  const deeds = [
    {
      deed: 'order',
      chord: 'O',
      label:
        item.order_number === null ? t('callbacks.order') : t('callbacks.open_order', { number: item.order_number }),
      isEnabled: true,
    },
    { deed: 'callback', chord: 'B', label: t('callbacks.call_back'), isEnabled: item.can_be_called },
    { deed: 'done', chord: 'E', label: t('callbacks.nothing_left'), isEnabled: true },
  ] as const
  return (
    <p className="callbacks__deeds">
      {deeds.map(({ deed, chord, label, isEnabled }, place) => (
        <DeedButton
          key={deed}
          label={label}
          chord={chord}
          isPrimary={place === 0}
          isEnabled={isEnabled && !isPending}
          onRun={() => {
            onRun(deed)
          }}
        />
      ))}
    </p>
  )
}

interface DeedButtonProps {
  label: string
  chord: string
  isPrimary: boolean
  isEnabled: boolean
  onRun: () => void
}

function DeedButton({ label, chord, isPrimary, isEnabled, onRun }: DeedButtonProps) {
  useShortcut({ chord, group: 'lists', label, run: onRun, isEnabled })
  return (
    <Button tone={isPrimary ? 'primary' : 'plain'} chord={chord} disabled={!isEnabled} onClick={onRun}>
      {label}
    </Button>
  )
}
