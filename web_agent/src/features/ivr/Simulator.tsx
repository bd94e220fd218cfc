import { useMutation } from '@tanstack/react-query'
import { useEffect, useRef, useState } from 'react'

import { asProblem } from '@/api/problem'
import { simulate, speech } from '@/api/queries/ivr'
import type { SimulatedTurn, SimulationInput, SimulationView } from '@/api/types'
import { problemText } from '@/i18n/problemText'
import { useTranslation } from '@/i18n/useTranslation'
import { Button } from '@/ui/Button'
import { Banner } from '@/ui/states'

import type { FlowDefinition } from './definition'
import { intentText, optionText } from './words'

const KEYS = ['1', '2', '3', '4', '5', '6', '7', '8', '9', '*', '0', '#']
const HOURS = ['working', 'closed', 'holiday'] as const
const ACCOUNT = '3205819001'
const CALLER = '13800138000'

interface Around {
  hours: (typeof HOURS)[number]
  waiting: number
  isKnown: boolean
  isDown: boolean
}

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
  const play = useMutation({
    mutationFn: (request: { inputs: SimulationInput[]; around: Around }) =>
      simulate({
        flow: flow.name,
        definition: flow,
        scenario: scenarioOf(request.around),
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
  const isOver = view === undefined || view.end !== null
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
      <div className="simulator__dialogue" aria-live="polite">
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

function Circumstances({ around, onChange }: { around: Around; onChange: (part: Partial<Around>) => void }) {
  const { t } = useTranslation()
  return (
    <div className="simulator__around">
      <label>
        {t('ivr.hours')}{' '}
        <select
          className="input"
          value={around.hours}
          onChange={(event) => {
            onChange({ hours: event.target.value as Around['hours'] })
          }}
        >
          {HOURS.map((hours) => (
            <option key={hours} value={hours}>
              {optionText(t, hours)}
            </option>
          ))}
        </select>
      </label>
      <label>
        {t('ivr.waiting')}{' '}
        <input
          className="input simulator__number"
          type="number"
          min={0}
          max={999}
          value={around.waiting}
          onChange={(event) => {
            onChange({ waiting: Number(event.target.value) })
          }}
        />
      </label>
      {(['isKnown', 'isDown'] as const).map((name) => (
        <label key={name}>
          <input
            type="checkbox"
            checked={around[name]}
            onChange={(event) => {
              onChange({ [name]: event.target.checked })
            }}
          />{' '}
          {t(name === 'isKnown' ? 'ivr.caller_known' : 'ivr.system_down')}
        </label>
      ))}
    </div>
  )
}

function Turn({ turn, onSay }: { turn: SimulatedTurn; onSay: (text: string) => void }) {
  const { t } = useTranslation()
  const heard = { heard: turn.text, keyed: t('ivr.pressed', { key: turn.text }), silence: t('ivr.was_silent') }
  const given = turn.kind === 'started' ? null : (heard[turn.kind as keyof typeof heard] ?? t('ivr.did_other'))
  return (
    <div className="sim-turn">
      {given !== null && <p className="sim-turn__caller">{given}</p>}
      {turn.intents.length > 0 && (
        <ul className="sim-turn__intents" aria-label={t('ivr.intents')}>
          {turn.intents.map(({ intent, probability }) => (
            <li key={intent}>
              <span>{intentText(t, intent)}</span>
              <meter min={0} max={1} value={probability} aria-label={intentText(t, intent)} />
              <b>{Math.round(probability * 100)}%</b>
            </li>
          ))}
          {turn.handling !== null && <li className="tag">{optionText(t, turn.handling)}</li>}
        </ul>
      )}
      {turn.used.map((used) => (
        <p key={used} className="sim-turn__used">
          {used}
        </p>
      ))}
      {turn.said.map((text, place) => (
        <p key={place} className="sim-turn__said">
          <Button
            isSmall
            tone="quiet"
            aria-label={t('ivr.hear', { text })}
            onClick={() => {
              onSay(text)
            }}
          >
            ▶
          </Button>
          <span>{text}</span>
        </p>
      ))}
    </div>
  )
}

function Ending({ view }: { view: SimulationView }) {
  const { t } = useTranslation()
  if (view.end === null) return null
  const queue = view.queue ?? t('ivr.queue_of_number')
  return <Banner tone={view.end === 'agent' ? 'plain' : 'ready'}>{t(`ivr.end_${view.end}`, { queue })}</Banner>
}

function State({ view }: { view: SimulationView }) {
  const { t } = useTranslation()
  const known = Object.entries({ ...view.slots, ...view.values })
  return (
    <dl className="simulator__state">
      <div>
        <dt>{t('ivr.state_node')}</dt>
        <dd>
          <code>
            {view.flow} / {view.node}
          </code>
        </dd>
      </div>
      <div>
        <dt>{t('ivr.state_failures')}</dt>
        <dd>{view.failures} / 2</dd>
      </div>
      <div>
        <dt>{t('ivr.state_intent')}</dt>
        <dd>{view.intent === null ? '–' : intentText(t, view.intent)}</dd>
      </div>
      {known.map(([name, value]) => (
        <div key={name}>
          <dt>
            <code>{name}</code>
          </dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  )
}

/** Plays prompts one after the other, and stops when something else is done. */
function useVoice() {
  const [problem, setProblem] = useState<unknown>(null)
  const audio = useRef<HTMLAudioElement | null>(null)
  const asked = useRef(0)
  const stop = () => {
    asked.current += 1
    audio.current?.pause()
  }
  useEffect(
    () => () => {
      audio.current?.pause()
    },
    [],
  )
  const say = async (text: string) => {
    stop()
    if (text === '') return
    const mine = asked.current
    try {
      const address = URL.createObjectURL(await speech(text))
      if (mine !== asked.current) return
      setProblem(null)
      audio.current = new Audio(address)
      await audio.current.play()
    } catch (error) {
      setProblem(error)
    }
  }
  return { say, stop, problem }
}

function scenarioOf(around: Around): Record<string, unknown> {
  return {
    hours: around.hours,
    waiting: around.waiting,
    caller: around.isKnown ? CALLER : '13900000000',
    account: around.isKnown ? ACCOUNT : '',
    world: {
      accounts: { [ACCOUNT]: { phones: [CALLER] } },
      orders: { [CALLER]: { number: '20261129000012', state: '已派发', since: '11月30日' } },
      outages: { 人民路: { area: '人民路', reason: '线路检修', until: '18:30' } },
      down: around.isDown ? ['account', 'bill', 'arrears', 'balance', 'progress', 'outage', 'package'] : [],
    },
  }
}
