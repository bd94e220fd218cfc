import type { ComplaintKind, OrderAction, OrderState, ComplaintVerdict } from '@/api/types'
import type { Translate } from '@/i18n/useTranslation'

export const COMPLAINT_KINDS: readonly ComplaintKind[] = [
  'service',
  'business',
  'outage',
  'supply_quality',
  'construction',
  'billing',
]

export const VERDICTS: readonly ComplaintVerdict[] = ['substantiated', 'partly', 'unsubstantiated', 'unclear']

/** Steps of a complaint in their order, each with the states of the order in which it is the next one to be done. */
export const STEPS = [
  { key: 'taken', states: ['draft'] },
  { key: 'statement', states: ['accepted', 'dispatched', 'taken', 'returned', 'suspended', 'escalated'] },
  { key: 'verification', states: ['done'] },
  { key: 'answer', states: ['callback_due'] },
  { key: 'supervision', states: ['answered'] },
] as const satisfies readonly { key: string; states: readonly OrderState[] }[]

/** How many steps lie behind a complaint; all of them once it is over. */
export function stepsBehind(state: OrderState): number {
  const place = STEPS.findIndex((step) => (step.states as readonly OrderState[]).includes(state))
  return place === -1 ? STEPS.length : place
}

const OWN_NAMES = ['finish', 'close', 'reopen'] as const

/** The name of an action; some are called otherwise in a complaint. */
export function actionText(t: Translate, action: OrderAction, isComplaint: boolean): string {
  const own = OWN_NAMES.find((name) => name === action)
  return isComplaint && own !== undefined ? t(`complaints.action_${own}`) : t(`orders.action_${action}`)
}
