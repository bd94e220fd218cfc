import { useQuery } from '@tanstack/react-query'

import { asProblem } from '@/api/problem'
import { callDialogueQuery } from '@/api/queries/ivr'
import { sessionQuery } from '@/api/queries/session'
import { telephoneQuery, useSendToFlow } from '@/api/queries/telephony'
import type { CallDialogue } from '@/api/types'
import { problemText } from '@/i18n/problemText'
import { useTranslation } from '@/i18n/useTranslation'
import { Button } from '@/ui/Button'
import { Banner } from '@/ui/states'

import { intentText, stepText } from './words'

import './Ivr.css'

const FLOWS = ['agent_identity', 'agent_payment', 'agent_survey'] as const

/** What the caller said and pressed before the call came here, and flows that the caller can be sent to. */
export function DialoguePanel({ callId }: { callId: string }) {
  const session = useQuery(sessionQuery)
  const mayCall = session.data?.permissions.includes('telephony.take_calls') ?? false
  const telephone = useQuery({ ...telephoneQuery(false, true), enabled: mayCall })
  const isMine = telephone.data?.call?.call_id === callId
  const { data } = useQuery(callDialogueQuery(callId, isMine))
  const dialogue = data?.dialogue ?? null
  const sent = data?.sent ?? []
  if (dialogue === null && sent.length === 0 && !isMine) return null
  return (
    <section className="panel dialogue-panel" aria-labelledby="dialogue-title">
      <Head dialogue={dialogue} />
      {isMine && <SendCaller />}
      {sent.map((item) => (
        <Dialogue key={item.id} dialogue={item} />
      ))}
      {dialogue !== null && <Dialogue dialogue={dialogue} />}
    </section>
  )
}

function Head({ dialogue }: { dialogue: CallDialogue | null }) {
  const { t } = useTranslation()
  return (
    <div className="panel__head">
      <h2 id="dialogue-title" className="panel__title">
        {t(dialogue === null ? 'ivr.flows_for_caller' : 'ivr.before_pickup')}
      </h2>
      {dialogue?.is_danger === true && <span className="tag tag--danger">⚠ {t('ivr.danger')}</span>}
    </div>
  )
}

/** The caller talks with a flow and comes back; the agent hears music meanwhile. */
function SendCaller() {
  const { t } = useTranslation()
  const send = useSendToFlow()
  return (
    <div className="dialogue-panel__send">
      {FLOWS.map((flow) => (
        <Button
          key={flow}
          isSmall
          disabled={send.isPending}
          onClick={() => {
            send.mutate(flow)
          }}
        >
          {t(`ivr.send_to_${flow}`)}
        </Button>
      ))}
      {send.isSuccess && <output>{t('ivr.sent_to_flow')}</output>}
      {send.isError && <Banner tone="problem">{problemText(t, asProblem(send.error))}</Banner>}
    </div>
  )
}

function Dialogue({ dialogue }: { dialogue: CallDialogue }) {
  const { t } = useTranslation()
  const slots = Object.entries(dialogue.slots)
  const intent = dialogue.intent_title ?? (dialogue.intent === null ? null : intentText(t, dialogue.intent))
  return (
    <>
      <p>
        <b>{intent ?? t('ivr.intent_unknown')}</b> · {dialogue.flow_title}{' '}
        {dialogue.is_identified && <span className="tag tag--ready">{t('ivr.identified')}</span>}
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
    </>
  )
}
