import type { OrderAction, OrderState } from '@/api/types'

export const STATES: readonly OrderState[] = [
  'draft',
  'accepted',
  'dispatched',
  'taken',
  'on_site',
  'done',
  'callback_due',
  'answered',
  'closed',
  'returned',
  'suspended',
  'escalated',
  'merged',
  'cancelled',
]

/** What a call-back decides by its outcome; a person never chooses these by themselves. */
const DECIDED_BY_OUTCOME: readonly OrderAction[] = ['reopen', 'miss']
const DIRECTED: readonly OrderAction[] = ['review', 'verify', 'suspend', 'resume', 'merge', 'cancel', 'change_limit']
/** Steps of a complaint that need the same right. */
const SUPERVISING: readonly OrderAction[] = ['close', 'reopen']

/** Done in a panel of their own, with the free times. */
const IN_PANEL: readonly OrderAction[] = ['appoint', 'drop_appointment']

/** States in which a caller may press for more speed; twin of `TRANSITIONS[URGE]` on the server. */
const URGEABLE: readonly OrderState[] = [
  'accepted',
  'dispatched',
  'taken',
  'on_site',
  'returned',
  'suspended',
  'escalated',
]

export const canUrge = (state: OrderState): boolean => URGEABLE.includes(state)

/** Actions that the page offers; the server checks the same again. */
export function offered(legal: readonly OrderAction[], canDirect: boolean, isComplaint = false): OrderAction[] {
  return legal.filter((action) => {
    const isDirected = DIRECTED.includes(action) || (isComplaint && SUPERVISING.includes(action))
    const isDecided = isComplaint ? action === 'miss' : DECIDED_BY_OUTCOME.includes(action)
    return !isDecided && !IN_PANEL.includes(action) && (canDirect || !isDirected)
  })
}
