import { useQueryClient } from '@tanstack/react-query'
import { useEffect, useReducer } from 'react'

import { channelAddress } from '@/api/http'

import { AccountChannel } from './accountChannel'
import type { AccountEventType } from './accountMessages'
import { parseAccountMessage } from './accountMessages'
import { applyAccountMessage, NOTHING_KNOWN } from './accountState'
import { keepOpen } from './keepOpen'

/** Lists that an event makes old; the pages that show them read them again. */
const OUTDATED_BY: Readonly<Record<AccountEventType, readonly string[]>> = {
  'notification.created': ['notifications'],
  'job.changed': ['jobs'],
  'agent.state_changed': [],
  'alert.raised': [],
}

/** What the server tells the signed-in account, kept true over its channel; for one component of the page. */
export function useAccountChannel() {
  const client = useQueryClient()
  const [state, dispatch] = useReducer(applyAccountMessage, NOTHING_KNOWN)
  useEffect(() => {
    const channel = new AccountChannel({
      open: () => new WebSocket(channelAddress()),
      parse: parseAccountMessage,
      onMessage: (message) => {
        dispatch(message)
        if (message.type === 'channel.snapshot') return
        for (const name of OUTDATED_BY[message.type]) void client.invalidateQueries({ queryKey: [name] })
      },
    })
    return keepOpen(channel)
  }, [client])
  return state
}
