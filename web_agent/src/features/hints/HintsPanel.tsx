import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'

import { asProblem } from '@/api/problem'
import { bookSector, tracksQuery, useDismissHint, useSetStep } from '@/api/queries/hints'
import type { CallHint, CallSnapshot, HintVerdict, StepSet, TrackStep } from '@/api/types'
import type { Help } from '@/features/new-hires/useHelp'
import { problemText } from '@/i18n/problemText'
import { useTranslation } from '@/i18n/useTranslation'
import { Button } from '@/ui/Button'
import { usePreference } from '@/ui/preferences'
import { useShortcut } from '@/ui/shortcuts'
import { Banner } from '@/ui/states'

import { DISMISS, HintLine, Step } from './HintLines'
import { businessTypeOf, isStepDone, newestShown } from './panel'

import './Hints.css'

const TOGGLE = 'Alt+I'
const QUIET = 'Alt+W'
const TICK = 'Alt+6'

interface HintsPanelProps {
  call: CallSnapshot
  canAct: boolean
  /** What a new hire sees more. */
  help: Help
  onPoint: (segmentId: string) => void
  onDismissed: (hint: CallHint) => void
  onStepSet: (step: StepSet) => void
}

/** What the agent still has to say and what to watch, on two lines; the whole track and every hint behind one key. */
export function HintsPanel({ call, canAct, help, onPoint, onDismissed, onStepSet }: HintsPanelProps) {
  const { t, i18n } = useTranslation()
  const language = i18n.language.startsWith('zh') ? 'zh' : 'en'
  const [chosenOpen, setChosenOpen] = useState<boolean | null>(null)
  const [mode, setMode] = usePreference('hints')
  const dismiss = useDismissHint(call.call.id)
  const tracks = useQuery(tracksQuery(bookSector(call.call.sector)))
  const track = tracks.data?.tracks[businessTypeOf(call)] ?? []
  const setStep = useSetStep(call.call.id)
  const isSaid = (step: TrackStep) => isStepDone(call, step.step_id)
  const next = track.find((step) => !isSaid(step))
  const done = track.filter(isSaid).length
  const isRunning = call.call.ended_at === null
  // A new hire's track stands open while the call runs, until the agent folds it.
  const isOpen = chosenOpen ?? (isRunning && help.track)
  const shown = isRunning ? newestShown(call.hints, mode === 'quiet') : null
  const isQuiet = mode === 'quiet'
  const toggle = () => {
    setChosenOpen(!isOpen)
  }
  const putAway = (hint: CallHint, verdict: HintVerdict) => {
    if (!dismiss.isPending) dismiss.mutate({ hintId: hint.hint_id, verdict }, { onSuccess: onDismissed })
  }
  const toggleStep = (step: TrackStep) => {
    if (!setStep.isPending) setStep.mutate({ stepId: step.step_id, isDone: !isSaid(step) }, { onSuccess: onStepSet })
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
      if (shown !== null) putAway(shown, 'noted')
    },
    isEnabled: canAct && shown !== null,
  })
  useShortcut({
    chord: TICK,
    group: 'call',
    label: t('hints.tick_next'),
    run: () => {
      if (next !== undefined) toggleStep(next)
    },
    isEnabled: canAct && next !== undefined,
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
        {help.level > 0 && (
          <span className="tag tag--accent" title={t('new_hires.tag_hint')}>
            {t('new_hires.tag', { level: help.level })}
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
          {canAct && (
            <button
              type="button"
              className="hints__box"
              role="checkbox"
              aria-checked={false}
              aria-label={t('hints.tick', { name: next.name[language] })}
              title={t('hints.tick_next')}
              onClick={() => {
                toggleStep(next)
              }}
            />
          )}
          <span>{t('hints.next')}</span> <strong>{next.name[language]}</strong> {next.say[language]}
        </p>
      )}
      <div role="status">
        {shown !== null && (
          <HintLine
            hint={shown}
            onPoint={onPoint}
            {...(canAct && {
              onDismiss: (verdict) => {
                putAway(shown, verdict)
              },
            })}
          />
        )}
      </div>
      {[dismiss, setStep].map(
        (act, index) =>
          act.isError && (
            <Banner key={index} tone="problem">
              {problemText(t, asProblem(act.error))}
            </Banner>
          ),
      )}
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
                {...(canAct && { onToggle: toggleStep })}
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
