import type { OrderState } from '@/api/types'
import { useTranslation } from '@/i18n/useTranslation'

const TONES: Partial<Record<OrderState, string>> = {
  returned: 'tag--waiting',
  suspended: 'tag--waiting',
  escalated: 'tag--waiting',
  callback_due: 'tag--accent',
  taken: 'tag--accent',
  on_site: 'tag--accent',
  dispatched: 'tag--accent',
  answered: 'tag--accent',
  closed: 'tag--ready',
  done: 'tag--ready',
}

/** The state of an order in words; the colour only repeats it. */
export function StateTag({ state }: { state: OrderState }) {
  const { t } = useTranslation()
  return <span className={`tag ${TONES[state] ?? ''}`}>{t(`orders.state_${state}`)}</span>
}
