import { memo } from 'react'
import { useTranslation } from '@/i18n/useTranslation'

import type { Utterance } from '@/api/types'
import { clockTime } from '@/ui/format'
import type { MarkedRange } from '@/ui/text'

import { Sentence } from './Sentence'

/** Below this mean token probability a sentence is worth a second ear. */
const UNSURE_BELOW = 0.5

interface UtteranceRowProps {
  id: string
  utterance: Utterance
  marks: readonly MarkedRange[]
  isPointed: boolean
  isPlayed: boolean
  /** Both wordings of a changed place stand side by side. */
  hasBoth: boolean
  /** Tells what the other wording of a changed place is. */
  label?: 'transcript.heard' | 'transcript.agent_saw'
  onPlay?: (utterance: Utterance) => void
}

export const UtteranceRow = memo(function UtteranceRow(props: UtteranceRowProps) {
  const { id, utterance, marks, isPointed, isPlayed, hasBoth, label = 'transcript.heard', onPlay } = props
  const { t } = useTranslation()
  const isUnsure = utterance.is_final && utterance.confidence < UNSURE_BELOW
  const classes = [
    'utterance',
    `utterance--${utterance.leg_role}`,
    utterance.is_final ? '' : 'is-partial',
    isPointed ? 'is-pointed' : '',
    isPlayed ? 'is-played' : '',
  ]
  const text = (
    <Sentence text={utterance.text} changes={utterance.changes} marks={marks} hasBoth={hasBoth} label={label} />
  )
  return (
    <li id={id} className={classes.filter(Boolean).join(' ')}>
      <span className="utterance__head">
        <b>{t(`transcript.${utterance.leg_role}`)}</b>
        <time>{clockTime(utterance.start_ms)}</time>
        {isUnsure && <span title={t('transcript.unsure_hint')}>{t('transcript.unsure')}</span>}
      </span>
      {onPlay === undefined || !utterance.is_final ? (
        <p className="utterance__text" lang={utterance.language}>
          {text}
        </p>
      ) : (
        <button
          type="button"
          className="utterance__text utterance__text--playable"
          lang={utterance.language}
          aria-current={isPlayed ? 'time' : undefined}
          onClick={() => {
            onPlay(utterance)
          }}
        >
          {text}
        </button>
      )}
    </li>
  )
})
