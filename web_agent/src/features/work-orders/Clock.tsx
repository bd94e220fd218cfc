import type { OrderLine } from '@/api/types'
import { useTranslation } from '@/i18n/useTranslation'
import { localTime } from '@/ui/format'

/** When the next limit of an order is reached; said in words, never by colour alone. */
export function Clock({ order }: { order: OrderLine }) {
  const { t } = useTranslation()
  if (order.due_at === null) return <span className="field__hint">{t('orders.no_clock')}</span>
  const at = localTime(order.due_at)
  return order.is_overdue ? <strong>{t('orders.overdue', { at })}</strong> : <span>{t('orders.due', { at })}</span>
}
