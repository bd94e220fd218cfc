import { useState } from 'react'

import type { Problem } from '@/api/problem'
import { useOrdersChanged } from '@/api/queries/orders'
import type { OrderAction, OrderLine } from '@/api/types'
import { usePermission } from '@/features/session/useSession'
import { problemText } from '@/i18n/problemText'
import type { Translate } from '@/i18n/useTranslation'
import { useTranslation } from '@/i18n/useTranslation'
import { Button } from '@/ui/Button'
import { Banner } from '@/ui/states'
import { useSaving } from '@/ui/useSaving'

import type { BulkOutcome } from './bulk'
import { actOnAll } from './bulk'
import { UnitOptions } from './UnitOptions'

const EVERYBODY: readonly OrderAction[] = ['dispatch', 'urge', 'escalate', 'note']
const DIRECTED: readonly OrderAction[] = ['review', 'suspend', 'resume', 'cancel']

interface BulkBarProps {
  chosen: readonly OrderLine[]
  onChosen: (ids: readonly string[]) => void
}

/** Does one thing to all chosen orders, and says which of them refused and why. */
export function BulkBar({ chosen, onChosen }: BulkBarProps) {
  const { t } = useTranslation()
  const canDirect = usePermission('work_orders.direct')
  const [action, setAction] = useState<OrderAction>('dispatch')
  const [unitId, setUnitId] = useState('')
  const [reason, setReason] = useState('')
  const [outcome, setOutcome] = useState<BulkOutcome | null>(null)
  const changed = useOrdersChanged()
  const saving = useSaving(
    (orders: readonly OrderLine[]) =>
      actOnAll(orders, { action, reason, result: '', unit_id: action === 'dispatch' ? unitId || null : null }),
    {
      onSaved: (made) => {
        setOutcome(made)
        onChosen(made.refused.map((item) => item.order.id))
        void changed()
      },
    },
  )
  const actions = canDirect ? [...EVERYBODY, ...DIRECTED] : EVERYBODY
  return (
    <section className="bulk" aria-label={t('orders.bulk')}>
      {chosen.length > 0 && (
        <form
          className="bulk__form"
          onSubmit={(event) => {
            event.preventDefault()
            saving.save(chosen)
          }}
        >
          <strong>{t('orders.bulk_chosen', { count: chosen.length })}</strong>
          <select
            className="input"
            aria-label={t('orders.actions')}
            value={action}
            onChange={(event) => {
              setAction(event.target.value as OrderAction)
            }}
          >
            {actions.map((item) => (
              <option key={item} value={item}>
                {t(`orders.action_${item}`)}
              </option>
            ))}
          </select>
          {action === 'dispatch' && (
            <select
              className="input"
              aria-label={t('orders.unit')}
              value={unitId}
              onChange={(event) => {
                setUnitId(event.target.value)
              }}
            >
              <UnitOptions />
            </select>
          )}
          <input
            className="input"
            aria-label={t('orders.reason')}
            placeholder={t('orders.reason')}
            maxLength={500}
            value={reason}
            onChange={(event) => {
              setReason(event.target.value)
            }}
          />
          <Button type="submit" tone="primary" disabled={saving.isPending}>
            {t('orders.run', { action: t(`orders.action_${action}`) })}
          </Button>
          <Button
            onClick={() => {
              onChosen([])
            }}
          >
            {t('orders.bulk_none')}
          </Button>
        </form>
      )}
      {outcome !== null && (
        <Banner tone={outcome.refused.length > 0 ? 'waiting' : 'plain'}>
          {t('orders.bulk_done', { done: outcome.done, refused: outcome.refused.length })}
          {outcome.refused.length > 0 && (
            <ul>
              {outcome.refused.map(({ order, problem }) => (
                <li key={order.id}>
                  {order.number}: {labelOf(t, problem)}
                  {problemText(t, problem)}
                </li>
              ))}
            </ul>
          )}
        </Banner>
      )}
    </section>
  )
}

/** The field that an order misses, before the sentence that says so; nothing for other refusals. */
function labelOf(t: Translate, problem: Problem): string {
  const field = problem.fields[0]?.field
  if (field === 'unit_id') return `${t('orders.unit')} – `
  return field === 'reason' ? `${t('orders.reason')} – ` : ''
}
