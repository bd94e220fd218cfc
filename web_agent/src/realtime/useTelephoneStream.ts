import { useQueryClient } from '@tanstack/react-query'
import { useEffect, useState } from 'react'

import { telephoneAddress } from '@/api/http'
import { TELEPHONE_KEY } from '@/api/queries/telephony'
import type { TelephoneChanged } from '@/api/types'

import { AccountChannel } from './accountChannel'
import { keepOpen } from './keepOpen'
import { DOUBT_MS } from './silence'

/** The message in a frame; null for what this version of the page does not know. */
export function parseTelephoneMessage(frame: string): TelephoneChanged | null {
  let value: unknown
  try {
    value = JSON.parse(frame)
  } catch {
    return null
  }
  if (typeof value !== 'object' || value === null || !('data' in value) || !('type' in value)) return null
  return value.type === 'telephone.changed' ? (value as TelephoneChanged) : null
}

/**
 * Keeps one's telephone true over its socket, while it is wanted; returns whether something came a moment ago. The
 * server says something each second, so silence means that the line is doubtful.
 */
export function useTelephoneStream(isWanted: boolean): boolean {
  const client = useQueryClient()
  const [isLive, setIsLive] = useState(false)
  useEffect(() => {
    if (!isWanted) return
    let timer: number | undefined
    const doubt = () => {
      window.clearTimeout(timer)
      setIsLive(false)
    }
    const channel = new AccountChannel({
      open: () => new WebSocket(telephoneAddress()),
      parse: parseTelephoneMessage,
      onMessage: ({ data }) => {
        window.clearTimeout(timer)
        timer = window.setTimeout(doubt, DOUBT_MS)
        setIsLive(true)
        client.setQueryData(TELEPHONE_KEY, data)
      },
      onLost: doubt,
    })
    const close = keepOpen(channel)
    return () => {
      close()
      doubt()
    }
  }, [client, isWanted])
  return isLive
}
