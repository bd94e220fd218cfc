import type { AccountMessage } from './accountMessages'

/** What the page knows of the account from its channel. */
export interface AccountState {
  unread: number
  /** Ids of the newest events, to pass over one that arrives twice. */
  seen: readonly string[]
}

export const NOTHING_KNOWN: AccountState = { unread: 0, seen: [] }
const REMEMBERED_EVENTS = 100

/** The state after a message. A snapshot is the truth; events count on from it. */
export function applyAccountMessage(state: AccountState, message: AccountMessage): AccountState {
  if (message.type === 'channel.snapshot') {
    return { ...state, unread: message.data.counts.unread_notifications ?? state.unread }
  }
  if (state.seen.includes(message.id)) return state
  return {
    unread: state.unread + (message.type === 'notification.created' ? 1 : 0),
    seen: [message.id, ...state.seen].slice(0, REMEMBERED_EVENTS),
  }
}
