import { useState } from 'react'

import { actOnOrder, useOrdersChanged } from '@/api/queries/orders'
import type { OrderAction, OrderLine } from '@/api/types'
import { fieldText, problemText } from '@/i18n/problemText'
import { useTranslation } from '@/i18n/useTranslation'
import { Button } from '@/ui/Button'
import { useShortcut } from '@/ui/shortcuts'
import { Banner } from '@/ui/states'
import { useGo } from '@/ui/useGo'
import { useSaving } from '@/ui/useSaving'

import { quickActions } from './board'
import { UnitOptions } from './UnitOptions'

const CHORDS: Readonly<Partial<Record<OrderAction, string>>> = { take: 'T', dispatch: 'D', accept: 'A', arrive: 'R' }

/** What can be done to the chosen order without leaving the board. */
export function BoardActions({ order }: { order: OrderLine | undefined }) {
  const { t } = useTranslation()
  if (order === undefined) return <p className="board__actions field__hint">{t('board.choose')}</p>
  return <Chosen order={order} />
}

function Chosen({ order }: { order: OrderLine }) {
  const { t } = useTranslation()
  const go = useGo()
  const changed = useOrdersChanged()
  const [unitId, setUnitId] = useState('')
  const [reason, setReason] = useState('')
  const saving = useSaving(
    (action: OrderAction) =>
      actOnOrder(order.id, { action, reason, result: '', unit_id: action === 'dispatch' ? unitId || null : null }),
    { onSaved: changed },
  )
  const actions = order.business_type === 'complaint' ? [] : quickActions(order.state)
  return (
    <section className="board__actions" aria-label={t('board.chosen', { number: order.number })}>
      <strong>{t('board.chosen', { number: order.number })}</strong>
      {actions.includes('dispatch') && (
        <select
          className="input"
          aria-label={t('board.to')}
          value={unitId}
          onChange={(event) => {
            setUnitId(event.target.value)
          }}
        >
          <UnitOptions />
        </select>
      )}
      {actions.includes('return') && (
        <input
          className="input"
          aria-label={t('board.reason_return')}
          placeholder={t('board.reason_return')}
          maxLength={500}
          value={reason}
          onChange={(event) => {
            setReason(event.target.value)
          }}
        />
      )}
      {actions.map((action) => (
        <ActionButton
          key={action}
          action={action}
          isPending={saving.isPending || (action === 'return' && reason.trim() === '')}
          onRun={() => {
            saving.save(action)
          }}
        />
      ))}
      <Button
        tone="quiet"
        onClick={() => {
          go(`/work-orders/${order.id}`)
        }}
      >
        {t('board.open')}
      </Button>
      {saving.problem !== null && (
        <Banner tone="problem">
          {[problemText(t, saving.problem), ...saving.problem.fields.map((error) => fieldText(t, error))].join(' ')}
        </Banner>
      )}
    </section>
  )
}

interface ActionButtonProps {
  action: OrderAction
  isPending: boolean
  onRun: () => void
}

function ActionButton({ action, isPending, onRun }: ActionButtonProps) {
  const { t } = useTranslation()
  const chord = CHORDS[action]
  const label = t(`orders.action_${action}`)
  useShortcut({
    chord: chord ?? '',
    group: 'lists',
    label,
    run: onRun,
    isEnabled: chord !== undefined && !isPending,
  })
  return (
    <Button
      tone={action === 'return' ? 'plain' : 'primary'}
      disabled={isPending}
      onClick={onRun}
      {...(chord !== undefined && { chord })}
    >
      {label}
    </Button>
  )
}
