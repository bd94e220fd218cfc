import type { SimulatedTurn, SimulationView } from '@/api/types'
import { useTranslation } from '@/i18n/useTranslation'
import { Button } from '@/ui/Button'
import { percent } from '@/ui/format'
import { Banner } from '@/ui/states'

import type { Around } from './around'
import { HOURS } from './around'
import { intentText, optionText } from './words'

export function Circumstances({ around, onChange }: { around: Around; onChange: (part: Partial<Around>) => void }) {
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

export function Turn({ turn, onSay }: { turn: SimulatedTurn; onSay: (text: string) => void }) {
  const { t } = useTranslation()
  const heard: Partial<Record<string, string>> = {
    heard: turn.text,
    keyed: t('ivr.pressed', { key: turn.text }),
    silence: t('ivr.was_silent'),
    unheard: t('ivr.was_unheard'),
  }
  const given = turn.kind === 'started' ? null : (heard[turn.kind] ?? t('ivr.did_other'))
  return (
    <div className="sim-turn">
      {given !== null && <p className="sim-turn__caller">{given}</p>}
      {turn.intents.length > 0 && (
        <ul className="sim-turn__intents" aria-label={t('ivr.intents')}>
          {turn.intents.map(({ intent, probability }) => (
            <li key={intent}>
              <span>{intentText(t, intent)}</span>
              <meter min={0} max={1} value={probability} aria-label={intentText(t, intent)} />
              <b>{percent(probability)}</b>
            </li>
          ))}
          {turn.handling !== null && <li className="tag">{optionText(t, turn.handling)}</li>}
        </ul>
      )}
      {turn.readings.length > 0 && (
        <ul className="sim-turn__readings" aria-label={t('ivr.readings')}>
          {turn.readings.map(({ text, share, intent, probability }) => (
            <li key={text}>
              <q>{text}</q>
              <span>
                {intentText(t, intent)} {percent(probability)}
              </span>
              <span>{t('ivr.reading_share', { share: percent(share) })}</span>
            </li>
          ))}
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

export function Ending({ view }: { view: SimulationView }) {
  const { t } = useTranslation()
  if (view.end === null) return null
  const queue = view.queue ?? t('ivr.queue_of_number')
  return <Banner tone={view.end === 'agent' ? 'plain' : 'ready'}>{t(`ivr.end_${view.end}`, { queue })}</Banner>
}

export function State({ view }: { view: SimulationView }) {
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
