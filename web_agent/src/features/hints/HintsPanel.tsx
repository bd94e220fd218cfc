import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'

import { asProblem } from '@/api/problem'
import { bookSector, tracksQuery, useDismissHint } from '@/api/queries/hints'
import type { CallHint, CallSnapshot, StepTicked, TrackStep } from '@/api/types'
import { problemText } from '@/i18n/problemText'
import { useTranslation } from '@/i18n/useTranslation'
import { Button } from '@/ui/Button'
import { clockTime } from '@/ui/format'
import { usePreference } from '@/ui/preferences'
import { useShortcut } from '@/ui/shortcuts'
import { Banner } from '@/ui/states'

import { businessTypeOf, newestShown } from './panel'

import './Hints.css'

const TOGGLE = 'Alt+I'
const DISMISS = 'Alt+X'
const QUIET = 'Alt+W'

interface HintsPanelProps {
  call: CallSnapshot
  canAct: boolean
  onPoint: (segmentId: string) => void
  onDismissed: (hint: CallHint) => void
}

/** What the agent still has to say and what to watch, on two lines; the whole track and every hint behind one key. */
export function HintsPanel({ call, canAct, onPoint, onDismissed }: HintsPanelProps) {
  const { t, i18n } = useTranslation()
  const language = i18n.language.startsWith('zh') ? 'zh' : 'en'
  const [isOpen, setIsOpen] = useState(false)
  const [mode, setMode] = usePreference('hints')
  const dismiss = useDismissHint(call.call.id)
  const tracks = useQuery(tracksQuery(bookSector(call.call.sector)))
  const track = tracks.data?.tracks[businessTypeOf(call)] ?? []
  const isSaid = (step: TrackStep) => call.steps.some((said) => said.step_id === step.step_id)
  const next = track.find((step) => !isSaid(step))
  const done = track.filter(isSaid).length
  const isRunning = call.call.ended_at === null
  const shown = isRunning ? newestShown(call.hints, mode === 'quiet') : null
  const isQuiet = mode === 'quiet'
  const toggle = () => {
    setIsOpen(!isOpen)
  }
  const putAway = (hint: CallHint) => {
    if (!dismiss.isPending) dismiss.mutate(hint.hint_id, { onSuccess: onDismissed })
  }
  const quieten = () => {
    setMode(isQuiet ? 'shown' : 'quiet')
  }
  useShortcut({ chord: TOGGLE, group: 'call', label: t('hints.toggle'), run: toggle })
  useShortcut({ chord: QUIET, group: 'call', label: t('hints.quiet_toggle'), run: quieten, isEnabled: isRunning })
  useShortcut({
    chord: DISMISS,
    group: 'call',
    label: t('hints.dismiss_newest'),
    run: () => {
      if (shown !== null) putAway(shown)
    },
    isEnabled: canAct && shown !== null,
  })
  return (
    <section className="panel hints" aria-labelledby="hints-title">
      <div className="panel__head">
        <h2 id="hints-title" className="panel__title">
          {t('hints.title')}
        </h2>
        {track.length > 0 && (
          <span className={`tag ${next === undefined ? 'tag--ready' : ''}`}>
            {t('hints.progress', { done, all: track.length })}
          </span>
        )}
        {call.hints.length > 0 && <span className="tag">{t('hints.waiting', { count: call.hints.length })}</span>}
        <span className="hints__tools">
          {isRunning && (
            <Button isSmall tone="quiet" aria-pressed={isQuiet} title={t('hints.quiet_toggle')} onClick={quieten}>
              {t(isQuiet ? 'hints.quiet_on' : 'hints.quiet')}
            </Button>
          )}
          <Button isSmall tone="quiet" aria-expanded={isOpen} chord={TOGGLE} onClick={toggle}>
            {t(isOpen ? 'hints.hide' : 'hints.show')}
          </Button>
        </span>
      </div>
      {isRunning && !isOpen && next !== undefined && (
        <p className="hints__next" title={next.say[language]}>
          <span>{t('hints.next')}</span> <strong>{next.name[language]}</strong> {next.say[language]}
        </p>
      )}
      <div role="status">
        {shown !== null && (
          <HintLine
            hint={shown}
            onPoint={onPoint}
            {...(canAct && {
              onDismiss: () => {
                putAway(shown)
              },
            })}
          />
        )}
      </div>
      {dismiss.isError && <Banner tone="problem">{problemText(t, asProblem(dismiss.error))}</Banner>}
      {isOpen && (
        <div className="hints__all">
          <ol className="hints__track" aria-label={t('hints.track')}>
            {track.map((step) => (
              <Step
                key={step.step_id}
                step={step}
                said={call.steps.find((said) => said.step_id === step.step_id)}
                call={call}
                onPoint={onPoint}
              />
            ))}
          </ol>
          <ul className="hints__list" aria-label={t('hints.list')}>
            {call.hints.length === 0 && <li className="field__hint">{t('hints.none')}</li>}
            {[...call.hints].reverse().map((hint) => (
              <li key={hint.hint_id}>
                <HintLine hint={hint} onPoint={onPoint} hasState />
              </li>
            ))}
          </ul>
        </div>
      )}
    </section>
  )
}

interface StepProps {
  step: TrackStep
  said: StepTicked | undefined
  call: CallSnapshot
  onPoint: (segmentId: string) => void
}

function Step({ step, said, call, onPoint }: StepProps) {
  const { t, i18n } = useTranslation()
  const language = i18n.language.startsWith('zh') ? 'zh' : 'en'
  const name = step.name[language]
  if (said === undefined) {
    return (
      <li className="hints__step">
        <span aria-hidden="true">○</span> {name}
        <span className="visually-hidden">{t('hints.not_said')}</span>
        <span className="hints__say">{step.say[language]}</span>
      </li>
    )
  }
  const sentence = call.utterances.find((utterance) => utterance.segment_id === said.segment_id)
  const at = sentence === undefined ? '' : clockTime(sentence.start_ms)
  return (
    <li className="hints__step is-said">
      <button
        type="button"
        className="hints__quote"
        title={sentence?.text}
        onClick={() => {
          onPoint(said.segment_id)
        }}
      >
        ✓ {name} <time>{t('hints.said_at', { at })}</time>
      </button>
    </li>
  )
}

interface HintLineProps {
  hint: CallHint
  hasState?: boolean
  onPoint: (segmentId: string) => void
  onDismiss?: () => void
}

/** A hint with the words that brought it and what to do. */
function HintLine({ hint, hasState = false, onPoint, onDismiss }: HintLineProps) {
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
          <Button isSmall tone="quiet" chord={DISMISS} onClick={onDismiss}>
            {t('hints.dismiss')}
          </Button>
        )}
      </span>
      <span className="hint__advice">{hint.advice[language]}</span>
      {hint.tells_supervisor && <span className="field__hint">{t('hints.supervisor_told')}</span>}
      {hasState && hint.is_held && <span className="field__hint">{t('hints.held')}</span>}
      {hasState && hint.dismissed_by !== null && (
        <span className="field__hint">{t('hints.dismissed_by', { name: hint.dismissed_by })}</span>
      )}
    </div>
  )
}
