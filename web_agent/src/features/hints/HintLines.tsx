import type { CallHint, CallSnapshot, HintVerdict, StepTicked, TrackStep } from '@/api/types'
import { useTranslation } from '@/i18n/useTranslation'
import { Button } from '@/ui/Button'
import { clockTime } from '@/ui/format'
import { writtenText } from '@/ui/written'

import { isStepDone } from './panel'

import './Hints.css'

/** Dismisses the hint that stands first. */
export const DISMISS = 'Alt+X'

interface StepProps {
  step: TrackStep
  said: StepTicked | undefined
  call: CallSnapshot
  onPoint: (segmentId: string) => void
  /** Absent for whoever only reads the call. */
  onToggle?: (step: TrackStep) => void
}

/** A step with its box: the agent's own tick stands above what was heard. */
export function Step({ step, said, call, onPoint, onToggle }: StepProps) {
  const { t, i18n } = useTranslation()
  const language = i18n.language.startsWith('zh') ? 'zh' : 'en'
  const name = step.name[language]
  const isDone = isStepDone(call, step.step_id)
  const byHand = call.hand_steps.find((known) => known.step_id === step.step_id)
  const sentence = call.utterances.find((utterance) => utterance.segment_id === said?.segment_id)
  const box = (
    <span className={`hints__box ${isDone ? 'is-done' : ''}`} aria-hidden="true">
      {isDone && '✓'}
    </span>
  )
  return (
    <li className={`hints__step ${isDone ? 'is-said' : ''}`}>
      {onToggle === undefined ? (
        <span>
          {box} {name}
          {!isDone && <span className="visually-hidden">{t('hints.not_said')}</span>}
        </span>
      ) : (
        <button
          type="button"
          role="checkbox"
          aria-checked={isDone}
          className="hints__tick"
          onClick={() => {
            onToggle(step)
          }}
        >
          {box} {name}
        </button>
      )}
      {byHand !== undefined && <span className="field__hint"> {t('hints.by_hand', { name: byHand.set_by })}</span>}
      {said !== undefined && sentence !== undefined && (
        <button
          type="button"
          className="hints__quote"
          title={writtenText(sentence)}
          onClick={() => {
            onPoint(said.segment_id)
          }}
        >
          <time>{t('hints.said_at', { at: clockTime(sentence.start_ms) })}</time>
        </button>
      )}
      {!isDone && <span className="hints__say">{step.say[language]}</span>}
    </li>
  )
}

interface HintLineProps {
  hint: CallHint
  hasState?: boolean
  onPoint: (segmentId: string) => void
  onDismiss?: (verdict: HintVerdict) => void
}

/** A hint with the words that brought it and what to do. */
export function HintLine({ hint, hasState = false, onPoint, onDismiss }: HintLineProps) {
  const { t, i18n } = useTranslation()
  const language = i18n.language.startsWith('zh') ? 'zh' : 'en'
  return (
    <div className={`hint hint--${hint.kind}`}>
      <span className="hint__head">
        <span className="tag">{t(`hints.kind_${hint.kind}`)}</span>
        <strong>{hint.name[language]}</strong>
        <button
          type="button"
          className="hints__quote"
          title={t('hints.show_sentence', { words: hint.words })}
          onClick={() => {
            onPoint(hint.segment_id)
          }}
        >
          “{hint.words}”
        </button>
        {onDismiss !== undefined && (
          <span className="hint__verdicts">
            <Button
              isSmall
              tone="quiet"
              title={t('hints.wrong_hint')}
              onClick={() => {
                onDismiss('wrong')
              }}
            >
              {t('hints.wrong')}
            </Button>
            <Button
              isSmall
              tone="quiet"
              chord={DISMISS}
              onClick={() => {
                onDismiss('noted')
              }}
            >
              {t('hints.dismiss')}
            </Button>
          </span>
        )}
      </span>
      <span className="hint__advice">{hint.advice[language]}</span>
      {hint.tells_supervisor && <span className="field__hint">{t('hints.supervisor_told')}</span>}
      {hasState && hint.is_held && <span className="field__hint">{t('hints.held')}</span>}
      {hasState && hint.dismissed_by !== null && (
        <span className="field__hint">
          {t(hint.verdict === 'wrong' ? 'hints.called_wrong_by' : 'hints.dismissed_by', { name: hint.dismissed_by })}
        </span>
      )}
    </div>
  )
}
