import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'

import { actOnOrder, findOrderByNumber, orderUnitsQuery, useOrdersChanged } from '@/api/queries/orders'
import type { CallbackOutcome, OrderAction, OrderActionRequest, OrderView } from '@/api/types'
import { usePermission } from '@/features/session/useSession'
import { fieldText, problemText } from '@/i18n/problemText'
import { useTranslation } from '@/i18n/useTranslation'
import { Button } from '@/ui/Button'
import { Banner } from '@/ui/states'
import { useSaving } from '@/ui/useSaving'

import { offered } from './words'

const OUTCOMES: readonly CallbackOutcome[] = ['satisfied', 'accepted', 'unsatisfied', 'not_reached', 'unreachable']

interface Typed {
  reason: string
  result: string
  unitId: string
  parent: string
  outcome: CallbackOutcome
  minutes: string
}

const NOTHING: Typed = { reason: '', result: '', unitId: '', parent: '', outcome: 'satisfied', minutes: '' }

/** What can be done to the order now, with the values that the chosen action needs. */
export function OrderActions({ view }: { view: OrderView }) {
  const { t } = useTranslation()
  const canDirect = usePermission('work_orders.direct')
  const actions = offered(view.legal_actions, canDirect)
  const [action, setAction] = useState<OrderAction>(actions[0] ?? 'note')
  const [typed, setTyped] = useState(NOTHING)
  const changed = useOrdersChanged()
  const saving = useSaving(async () => actOnOrder(view.order.id, await deedOf(action, typed)), { onSaved: changed })
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
            {t(`orders.action_${item}`)}
          </Button>
        ))}
      </div>
      <Values action={action} typed={typed} onChange={setTyped} />
      <Button type="submit" tone="primary" disabled={saving.isPending}>
        {t('orders.run', { action: t(`orders.action_${action}`) })}
      </Button>
    </form>
  )
}

async function deedOf(action: OrderAction, typed: Typed): Promise<OrderActionRequest> {
  return {
    action,
    reason: typed.reason,
    result: typed.result,
    unit_id: action === 'dispatch' && typed.unitId !== '' ? typed.unitId : null,
    parent_id: action === 'merge' ? await findOrderByNumber(typed.parent.trim()) : null,
    outcome: action === 'close' ? typed.outcome : null,
    step: action === 'change_limit' ? 'finish' : null,
    minutes: action === 'change_limit' && typed.minutes !== '' ? Number(typed.minutes) : null,
  }
}

interface ValuesProps {
  action: OrderAction
  typed: Typed
  onChange: (typed: Typed) => void
}

function Values({ action, typed, onChange }: ValuesProps) {
  const { t } = useTranslation()
  const units = useQuery({ ...orderUnitsQuery, enabled: action === 'dispatch' })
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
            <option value="">{t('orders.choose_unit')}</option>
            {units.data?.items.map((unit) => (
              <option key={unit.id} value={unit.id}>
                {unit.name}
              </option>
            ))}
          </select>
        </label>
      )}
      {action === 'close' && (
        <label className="field">
          <span className="field__label">{t('orders.outcome')}</span>
          <select
            className="input"
            value={typed.outcome}
            onChange={(event) => {
              onChange({ ...typed, outcome: event.target.value as CallbackOutcome })
            }}
          >
            {OUTCOMES.map((outcome) => (
              <option key={outcome} value={outcome}>
                {t(`orders.outcome_${outcome}`)}
              </option>
            ))}
          </select>
        </label>
      )}
      {action === 'merge' && text('parent', t('orders.parent_id'))}
      {action === 'finish' && text('result', t('orders.result'))}
      {action === 'change_limit' && text('minutes', t('orders.minutes'))}
      {text('reason', t('orders.reason'))}
    </>
  )
}
