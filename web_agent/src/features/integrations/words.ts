import type { WebhookView } from '@/api/types'
import type { Translate } from '@/i18n/useTranslation'

export const EVENT_TYPES: readonly WebhookView['event_types'][number][] = [
  'tingzhi.work_order.changed',
  'tingzhi.work_order.accepted',
  'tingzhi.complaint.changed',
]

/** An event in the words of the page; one that the page does not know is the event of a test. */
export function eventText(t: Translate, type: string): string {
  if (type === 'tingzhi.work_order.changed') return t('integrations.event_tingzhi_work_order_changed')
  if (type === 'tingzhi.work_order.accepted') return t('integrations.event_tingzhi_work_order_accepted')
  if (type === 'tingzhi.complaint.changed') return t('integrations.event_tingzhi_complaint_changed')
  return t('integrations.tested')
}
