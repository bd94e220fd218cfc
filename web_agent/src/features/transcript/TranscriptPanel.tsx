import { useQuery } from '@tanstack/react-query'
import { useEffect, useState } from 'react'
import { secondPassQuery } from '@/api/queries/secondPass'
import type { CallState, Card, Utterance } from '@/api/types'
import { utteranceMarks } from '@/features/suggestions/evidence'
import { useTranslation } from '@/i18n/useTranslation'
import { Button } from '@/ui/Button'
import { useShortcut } from '@/ui/shortcuts'
import { Empty } from '@/ui/states'
import { isOver } from '@/realtime/callStates'

import { UtteranceRow } from './UtteranceRow'
import { useFollow } from './useFollow'
import { VersionBar } from './VersionBar'
import type { Version } from './versions'
import { asUtterance } from './versions'

import '@/ui/Transcript.css'

const SHOW_CHANGES = 'Alt+E'

interface TranscriptPanelProps {
  callId: string
  utterances: readonly Utterance[]
  callState: CallState
  /** The card whose words are marked. */
  card: Card | null
  /** The utterance that a "because" points to; a new object points again. */
  pointed: { segmentId: string } | null
  /** Audio time that is played; null when nothing is. */
  playedMs: number | null
  /** Whether the account may order that the call is heard again. */
  canOrder: boolean
  /** Absent when there is no recording to play. */
  onPlay?: (utterance: Utterance) => void
}

export function TranscriptPanel(props: TranscriptPanelProps) {
  const { callId, utterances: seen, callState, card, pointed, playedMs, canOrder, onPlay } = props
  const { t } = useTranslation()
  const isLive = !isOver(callState)
  const [hasBoth, setHasBoth] = useState(false)
  const [version, setVersion] = useState<Version>('as_seen')
  const pass = useQuery({ ...secondPassQuery(callId), enabled: !isLive })
  const second = version === 'second_pass' && pass.data?.state === 'ready' ? pass.data : null
  const isSecond = second !== null
  const utterances = second === null ? seen : second.lines.map(asUtterance)
  const hasChanges = utterances.some((utterance) => utterance.changes.length > 0)
  const { box, isFollowing, onScroll, jump } = useFollow(utterances, isLive)
  const toggleBoth = () => {
    setHasBoth(!hasBoth)
  }
  useShortcut({
    chord: SHOW_CHANGES,
    group: 'call',
    label: t('transcript.show_changes'),
    run: toggleBoth,
    isEnabled: hasChanges,
  })
  useShortcut({ chord: 'End', group: 'call', label: t('transcript.latest'), run: jump })

  useEffect(() => {
    if (pointed !== null) document.getElementById(rowId(pointed.segmentId))?.scrollIntoView({ block: 'center' })
  }, [pointed])

  const played = playedMs === null ? undefined : utterances.findLast((utterance) => utterance.start_ms <= playedMs)
  const playedId = played?.segment_id

  useEffect(() => {
    if (playedId !== undefined) document.getElementById(rowId(playedId))?.scrollIntoView({ block: 'nearest' })
  }, [playedId])

  return (
    <section className="panel transcript" aria-labelledby="transcript-title">
      <div className="panel__head">
        <h2 id="transcript-title" className="panel__title">
          {t('transcript.title')}
        </h2>
        {onPlay !== undefined && <span className="field__hint">{t('transcript.play_hint')}</span>}
        {hasChanges && (
          <Button
            className="transcript__changes"
            isSmall
            tone="quiet"
            chord={SHOW_CHANGES}
            aria-pressed={hasBoth}
            onClick={toggleBoth}
          >
            {t(isSecond ? 'transcript.differences' : 'transcript.changes')}
          </Button>
        )}
      </div>
      {!isLive && (
        <VersionBar callId={callId} pass={pass} version={version} onVersion={setVersion} canOrder={canOrder} />
      )}
      <div
        ref={box}
        className="transcript__box"
        onScroll={onScroll}
        // eslint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- rejected: a scrolling region must be reachable by keyboard (WCAG 2.1.1).
        tabIndex={0}
        role="group"
        aria-labelledby="transcript-title"
      >
        {utterances.length === 0 && <NoWords callState={callState} />}
        <ol className="transcript__list">
          {utterances.map((utterance) => (
            <UtteranceRow
              key={utterance.segment_id}
              id={rowId(utterance.segment_id)}
              utterance={utterance}
              marks={card === null ? NO_MARKS : utteranceMarks([card], utterance.segment_id)}
              isPointed={pointed?.segmentId === utterance.segment_id}
              isPlayed={played === utterance}
              hasBoth={hasBoth}
              {...(isSecond && { label: 'transcript.agent_saw' as const })}
              {...(onPlay !== undefined && { onPlay })}
            />
          ))}
        </ol>
      </div>
      {isLive && !isFollowing && (
        <Button className="transcript__jump" tone="primary" isSmall chord="End" onClick={jump}>
          {t('transcript.latest')}
        </Button>
      )}
    </section>
  )
}

const NO_MARKS: never[] = []
const rowId = (segmentId: string): string => `utterance-${segmentId}`

function NoWords({ callState }: { callState: CallState }) {
  const { t } = useTranslation()
  if (isOver(callState)) return <Empty title={t('transcript.silent')} hint={t('transcript.silent_hint')} />
  return <Empty title={t('transcript.waiting')} hint={t('transcript.waiting_hint')} />
}
