import { useState } from 'react'

import { actOnOrder, findOrderByNumber, useOrdersChanged } from '@/api/queries/orders'
import type { CallbackOutcome, OrderAction, OrderActionRequest, OrderView, ComplaintVerdict } from '@/api/types'
import { usePermission } from '@/features/session/useSession'
import { codeText, fieldText, problemText } from '@/i18n/problemText'
import { useTranslation } from '@/i18n/useTranslation'
import { Button } from '@/ui/Button'
import { Banner } from '@/ui/states'
import { useSaving } from '@/ui/useSaving'

import { actionText, VERDICTS } from './complaint'
import { UnitOptions } from './UnitOptions'
import { offered } from './words'

const OUTCOMES: readonly CallbackOutcome[] = ['satisfied', 'accepted', 'unsatisfied', 'not_reached', 'unreachable']

interface Typed {
  reason: string
  result: string
  unitId: string
  parent: string
  outcome: CallbackOutcome
  verdict: ComplaintVerdict
  minutes: string
}

const NOTHING: Typed = {
  reason: '',
  result: '',
  unitId: '',
  parent: '',
  outcome: 'satisfied',
  verdict: 'substantiated',
  minutes: '',
}

/** What can be done to the order now, with the values that the chosen action needs. */
export function OrderActions({ view }: { view: OrderView }) {
  const { t } = useTranslation()
  const canDirect = usePermission('work_orders.direct')
  const isComplaint = view.complaint !== null
  const hindrances = view.complaint?.hindrances ?? []
  const all = offered(view.legal_actions, canDirect, isComplaint)
  const actions = all.filter((item) => !hindrances.some((hindrance) => hindrance.action === item))
  const hindered = hindrances.filter((hindrance) => all.includes(hindrance.action))
  const [action, setAction] = useState<OrderAction>(firstOf(actions, isComplaint))
  const [typed, setTyped] = useState(NOTHING)
  const changed = useOrdersChanged()
  const saving = useSaving(async () => actOnOrder(view.order.id, await deedOf(action, typed, isComplaint)), {
    onSaved: changed,
  })
  return (
    <form
      className="order__form"
      onSubmit={(event) => {
        event.preventDefault()
        saving.save(undefined)
      }}
    >
      {saving.problem !== null && (
        <Banner tone="problem">
          {[problemText(t, saving.problem), ...saving.problem.fields.map((error) => fieldText(t, error))].join(' ')}
        </Banner>
      )}
      <div className="order__choices" role="group" aria-label={t('orders.actions')}>
        {actions.map((item) => (
          <Button
            key={item}
            isSmall
            aria-pressed={item === action}
            onClick={() => {
              setAction(item)
            }}
          >
            {actionText(t, item, isComplaint)}
          </Button>
        ))}
      </div>
      {hindered[0] !== undefined && (
        <Banner tone="plain">
          {t('complaints.hindered', {
            actions: hindered.map((item) => actionText(t, item.action, true)).join(t('orders.comma')),
          })}{' '}
          {codeText(t, hindered[0].code, '')}
        </Banner>
      )}
      <Values action={action} isComplaint={isComplaint} typed={typed} onChange={setTyped} />
      <Button type="submit" tone="primary" disabled={saving.isPending}>
        {t('orders.run', { action: actionText(t, action, isComplaint) })}
      </Button>
    </form>
  )
}

/** What is chosen when the page opens: of a complaint its next step, else the first action there is. */
function firstOf(actions: readonly OrderAction[], isComplaint: boolean): OrderAction {
  const steps: readonly OrderAction[] = ['verify', 'answer', 'close', 'finish']
  const next = isComplaint ? steps.find((step) => actions.includes(step)) : undefined
  return next ?? actions[0] ?? 'note'
}

async function deedOf(action: OrderAction, typed: Typed, isComplaint: boolean): Promise<OrderActionRequest> {
  return {
    action,
    reason: typed.reason,
    result: typed.result,
    unit_id: action === 'dispatch' && typed.unitId !== '' ? typed.unitId : null,
    parent_id: action === 'merge' ? await findOrderByNumber(typed.parent.trim()) : null,
    outcome: action === (isComplaint ? 'answer' : 'close') ? typed.outcome : null,
    verdict: action === 'verify' ? typed.verdict : null,
    step: action === 'change_limit' ? (isComplaint ? 'answer' : 'finish') : null,
    minutes: action === 'change_limit' && typed.minutes !== '' ? Number(typed.minutes) : null,
  }
}

interface ValuesProps {
  action: OrderAction
  isComplaint: boolean
  typed: Typed
  onChange: (typed: Typed) => void
}

function Values({ action, isComplaint, typed, onChange }: ValuesProps) {
  const { t } = useTranslation()
  const text = (name: 'reason' | 'result' | 'parent' | 'minutes', label: string) => (
    <label className="field">
      <span className="field__label">{label}</span>
      <input
        className="input"
        maxLength={500}
        inputMode={name === 'minutes' ? 'numeric' : 'text'}
        value={typed[name]}
        onChange={(event) => {
          onChange({ ...typed, [name]: event.target.value })
        }}
      />
    </label>
  )
  return (
    <>
      {action === 'dispatch' && (
        <label className="field">
          <span className="field__label">{t('orders.unit')}</span>
          <select
            className="input"
            value={typed.unitId}
            onChange={(event) => {
              onChange({ ...typed, unitId: event.target.value })
            }}
          >
            <UnitOptions />
          </select>
        </label>
      )}
      {action === 'verify' && (
        <label className="field">
          <span className="field__label">{t('complaints.verdict')}</span>
          <select
            className="input"
            value={typed.verdict}
            onChange={(event) => {
              onChange({ ...typed, verdict: event.target.value as ComplaintVerdict })
            }}
          >
            {VERDICTS.map((verdict) => (
              <option key={verdict} value={verdict}>
                {t(`complaints.verdict_${verdict}`)}
              </option>
            ))}
          </select>
        </label>
      )}
      {action === (isComplaint ? 'answer' : 'close') && (
        <label className="field">
          <span className="field__label">{t(isComplaint ? 'complaints.outcome' : 'orders.outcome')}</span>
          <select
            className="input"
            value={typed.outcome}
            onChange={(event) => {
              onChange({ ...typed, outcome: event.target.value as CallbackOutcome })
            }}
          >
            {OUTCOMES.map((outcome) => (
              <option key={outcome} value={outcome}>
                {t(isComplaint ? `complaints.outcome_${outcome}` : `orders.outcome_${outcome}`)}
              </option>
            ))}
          </select>
        </label>
      )}
      {action === 'merge' && text('parent', t('orders.parent_id'))}
      {action === 'finish' && text('result', t(isComplaint ? 'complaints.statement' : 'orders.result'))}
      {action === 'verify' && text('result', t('complaints.findings'))}
      {action === 'answer' && text('result', t('complaints.answer'))}
      {action === 'change_limit' && text('minutes', t('orders.minutes'))}
      {text('reason', t('orders.reason'))}
    </>
  )
}
