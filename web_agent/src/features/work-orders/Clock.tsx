import type { OrderLine } from '@/api/types'
import { useTranslation } from '@/i18n/useTranslation'
import { localTime } from '@/ui/format'

import { clockOf } from './remaining'
import { useNow } from './useNow'

const SIGNS = { overdue: '⚠', soon: '◔', running: '○' } as const
const TONES = { overdue: 'tag--waiting order-clock--overdue', soon: 'tag--accent', running: '' } as const

/** When the next limit of an order is reached: sign, words and length; the colour only repeats them. */
export function Clock({ order }: { order: OrderLine }) {
  const { t } = useTranslation()
  const now = useNow()
  if (order.due_at === null) return <span className="field__hint">{t('orders.no_clock')}</span>
  const { kind, days, hours, minutes } = clockOf(order.due_at, now)
  const length =
    days > 0
      ? t('orders.days_hours', { days, hours })
      : hours > 0
        ? t('orders.hours_minutes', { hours, minutes })
        : t('orders.minutes_only', { minutes })
  return (
    <span className={`tag ${TONES[kind]}`} title={localTime(order.due_at)}>
      <span aria-hidden="true">{SIGNS[kind]}</span>{' '}
      {t(kind === 'overdue' ? 'orders.overdue_by' : 'orders.left', { length })}
    </span>
  )
}
