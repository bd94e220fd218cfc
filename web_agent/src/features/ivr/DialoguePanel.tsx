import { useQuery } from '@tanstack/react-query'

import { callDialogueQuery } from '@/api/queries/ivr'
import { useTranslation } from '@/i18n/useTranslation'

import { intentText, stepText } from './words'

import './Ivr.css'

/** What the caller said and pressed before the call came here; nothing for calls without a flow. */
export function DialoguePanel({ callId }: { callId: string }) {
  const { t } = useTranslation()
  const { data } = useQuery(callDialogueQuery(callId))
  const dialogue = data?.dialogue ?? null
  if (dialogue === null) return null
  const slots = Object.entries(dialogue.slots)
  const intent = dialogue.intent_title ?? (dialogue.intent === null ? null : intentText(t, dialogue.intent))
  return (
    <section className="panel dialogue-panel" aria-labelledby="dialogue-title">
      <div className="panel__head">
        <h2 id="dialogue-title" className="panel__title">
          {t('ivr.before_pickup')}
        </h2>
        {dialogue.is_danger && <span className="tag tag--danger">⚠ {t('ivr.danger')}</span>}
      </div>
      <p>
        <b>{intent ?? t('ivr.intent_unknown')}</b> · {dialogue.flow_title}
      </p>
      {slots.length > 0 && (
        <dl className="dialogue-panel__slots">
          {slots.map(([name, value]) => (
            <div key={name}>
              <dt>{t('ivr.slot', { name: stepText(t, name) })}</dt>
              <dd>{value}</dd>
            </div>
          ))}
        </dl>
      )}
      <ol className="dialogue-panel__steps">
        {dialogue.steps.map((step, place) => (
          <li key={place} className={`dialogue-panel__step--${step.kind}`}>
            <span>{stepText(t, step.kind)}</span> {step.text || step.detail}
          </li>
        ))}
      </ol>
    </section>
  )
}
