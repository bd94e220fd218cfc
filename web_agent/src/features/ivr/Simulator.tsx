import { useMutation } from '@tanstack/react-query'
import { useEffect, useRef, useState } from 'react'

import { asProblem } from '@/api/problem'
import { simulate } from '@/api/queries/ivr'
import type { SimulationInput } from '@/api/types'
import { problemText } from '@/i18n/problemText'
import { useTranslation } from '@/i18n/useTranslation'
import { Button } from '@/ui/Button'
import { Banner } from '@/ui/states'

import type { Around } from './around'
import { ACCOUNT, scenarioOf } from './around'
import type { FlowDefinition } from './definition'
import { SpokenInput } from './SpokenInput'
import { Circumstances, Ending, State, Turn } from './simulatorParts'
import { useVoice } from './useVoice'

const KEYS = ['1', '2', '3', '4', '5', '6', '7', '8', '9', '*', '0', '#']

interface SimulatorProps {
  flow: FlowDefinition
  /** Told where the caller is, so that the graph shows it. */
  onHere: (node: string | null) => void
}

/** A caller on trial: what is typed or pressed goes through the flow as it stands in the editor. */
export function Simulator({ flow, onHere }: SimulatorProps) {
  const { t } = useTranslation()
  const [inputs, setInputs] = useState<SimulationInput[]>([])
  const [around, setAround] = useState<Around>({ hours: 'working', waiting: 0, isKnown: true, isDown: false })
  const [words, setWords] = useState('')
  const [typed, setTyped] = useState('')
  const [isAloud, setIsAloud] = useState(false)
  const voice = useVoice()
  const dialogue = useRef<HTMLDivElement>(null)
  const play = useMutation({
    mutationFn: (request: { inputs: SimulationInput[]; around: Around }) =>
      simulate({
        flow: flow.name,
        definition: flow,
        scenario: scenarioOf(request.around, t),
        inputs: request.inputs,
      }),
    onSuccess: (view) => {
      onHere(view.end === null ? view.node : null)
      if (isAloud) void voice.say((view.turns.at(-1)?.said ?? []).join(''))
    },
  })
  const run = (next: SimulationInput[], where: Around = around) => {
    voice.stop()
    setTyped('')
    setInputs(next)
    play.mutate({ inputs: next, around: where })
  }
  const view = play.data
  const press = (key: string) => {
    const pressed = typed + key
    const isDone = pressed.length >= (view?.most_keys ?? 1) || key === '#'
    setTyped(isDone ? '' : pressed)
    if (isDone) run([...inputs, { kind: 'keys', text: pressed }])
  }
  const start = play.mutate
  useEffect(() => {
    start({ inputs: [], around: { hours: 'working', waiting: 0, isKnown: true, isDown: false } })
  }, [start])
  useEffect(() => {
    // The newest turn is what one waits for.
    dialogue.current?.scrollTo({ top: dialogue.current.scrollHeight })
  }, [view])
  const isOver = view?.end !== null
  const change = (part: Partial<Around>) => {
    const next = { ...around, ...part }
    setAround(next)
    run([], next)
  }
  return (
    <section className="simulator" aria-label={t('ivr.simulator')}>
      <Circumstances around={around} onChange={change} />
      {play.isError && <Banner tone="problem">{problemText(t, asProblem(play.error))}</Banner>}
      {voice.problem !== null && <Banner tone="waiting">{problemText(t, asProblem(voice.problem))}</Banner>}
      <div className="simulator__dialogue" aria-live="polite" ref={dialogue}>
        {view?.turns.map((turn, place) => (
          <Turn key={place} turn={turn} onSay={(text) => void voice.say(text)} />
        ))}
        {view !== undefined && <Ending view={view} />}
      </div>
      <form
        className="simulator__input"
        onSubmit={(event) => {
          event.preventDefault()
          if (words.trim() === '' || isOver) return
          run([...inputs, { kind: 'say', text: words }])
          setWords('')
        }}
      >
        <input
          className="input"
          aria-label={t('ivr.caller_says')}
          placeholder={t('ivr.caller_says_hint')}
          value={words}
          disabled={isOver}
          onChange={(event) => {
            setWords(event.target.value)
          }}
        />
        <Button type="submit" tone="primary" disabled={isOver || play.isPending}>
          {t('ivr.say')}
        </Button>
      </form>
      <SpokenInput
        isOver={isOver}
        onHeard={({ text, alternatives }) => {
          run([...inputs, text === '' ? { kind: 'unheard', text: '' } : { kind: 'say', text, alternatives }])
        }}
      />
      <div className="simulator__tools">
        <div className="keypad" role="group" aria-label={t('ivr.keypad')}>
          {KEYS.map((key) => (
            <Button
              key={key}
              isSmall
              disabled={isOver}
              aria-label={t('ivr.press', { key })}
              onClick={() => {
                press(key)
              }}
            >
              {key}
            </Button>
          ))}
        </div>
        <div className="simulator__deeds">
          {typed !== '' && <output className="tag tag--accent">{t('ivr.typed', { keys: typed })}</output>}
          <Button
            isSmall
            disabled={isOver}
            onClick={() => {
              run([...inputs, { kind: 'keys', text: `${ACCOUNT}#` }])
            }}
          >
            {t('ivr.key_account', { account: ACCOUNT })}
          </Button>
          <Button
            isSmall
            disabled={isOver}
            onClick={() => {
              run([...inputs, { kind: view?.is_recording === true ? 'message' : 'silence', text: '' }])
            }}
          >
            {t(view?.is_recording === true ? 'ivr.leave_message' : 'ivr.silence')}
          </Button>
          <Button
            isSmall
            disabled={isOver}
            onClick={() => {
              run([...inputs, { kind: 'hang_up', text: '' }])
            }}
          >
            {t('ivr.hang_up')}
          </Button>
          <Button
            isSmall
            disabled={inputs.length === 0}
            onClick={() => {
              run(inputs.slice(0, -1))
            }}
          >
            {t('ivr.undo')}
          </Button>
          <Button
            isSmall
            onClick={() => {
              run([])
            }}
          >
            {t('ivr.again')}
          </Button>
          <label>
            <input
              type="checkbox"
              checked={isAloud}
              onChange={(event) => {
                setIsAloud(event.target.checked)
              }}
            />{' '}
            {t('ivr.aloud')}
          </label>
        </div>
      </div>
      {view !== undefined && <State view={view} />}
    </section>
  )
}
