import type { ReactNode } from 'react'
import { useTranslation } from '@/i18n/useTranslation'

import { audioAddress } from '@/api/http'
import type { EvidenceLine } from '@/api/types'
import { usePlayer } from '@/ui/usePlayer'
import { clockTime } from '@/ui/format'
import { Empty } from '@/ui/states'

import '@/ui/Transcript.css'
import './Cases.css'

interface EvidenceProps {
  lines: readonly EvidenceLine[]
  /** The call whose recording may be heard; null when it may not. */
  audibleCallId: string | null
}

/** What was said, with what each sentence gave; a click plays the call from there. */
export function Evidence({ lines, audibleCallId }: EvidenceProps) {
  const { t } = useTranslation()
  const { player, audioProps } = usePlayer()
  if (lines.length === 0) return <Empty title={t('cases.no_evidence')} hint={t('cases.no_evidence_hint')} />
  const playedMs = player.isPlaying || player.timeMs > 0 ? player.timeMs : null
  return (
    <>
      {/* eslint-disable-next-line jsx-a11y/media-has-caption -- rejected: the sentences below are its text. */}
      {audibleCallId !== null && <audio {...audioProps} src={audioAddress(audibleCallId)} />}
      {player.hasFailed && (
        <p className="field__error" role="alert">
          {t('player.failed')}
        </p>
      )}
      <ol className="evidence">
        {lines.map((line) => (
          <Sentence
            key={line.segment_id}
            line={line}
            isPlayed={playedMs !== null && line.start_ms <= playedMs && playedMs < line.end_ms}
            {...(audibleCallId !== null && {
              onPlay: () => {
                player.playFrom(line.start_ms)
              },
            })}
          />
        ))}
      </ol>
    </>
  )
}

interface SentenceProps {
  line: EvidenceLine
  isPlayed: boolean
  onPlay?: () => void
}

function Sentence({ line, isPlayed, onPlay }: SentenceProps) {
  const { t } = useTranslation()
  const role = line.leg_role === 'agent' ? 'agent' : 'customer'
  const classes = ['utterance', `utterance--${role}`, isPlayed ? 'is-played' : '']
  return (
    <li className={classes.filter(Boolean).join(' ')}>
      <span className="utterance__head">
        <b>{t(`transcript.${role}`)}</b>
        <time>{clockTime(line.start_ms)}</time>
        {line.notes.map((note) => (
          <Note key={`${note.kind}${note.name}`} kind={note.kind}>
            {note.name}
          </Note>
        ))}
      </span>
      {onPlay === undefined ? (
        <p className="utterance__text">{line.text}</p>
      ) : (
        <button
          type="button"
          className="utterance__text utterance__text--playable"
          aria-current={isPlayed ? 'time' : undefined}
          onClick={onPlay}
        >
          {line.text}
        </button>
      )}
    </li>
  )
}

function Note({ kind, children }: { kind: EvidenceLine['notes'][number]['kind']; children: ReactNode }) {
  const { t } = useTranslation()
  return (
    <span className="tag">
      {t(`cases.note_${kind}`)}
      {children !== '' && <> {children}</>}
    </span>
  )
}
