import createClient from 'openapi-fetch'

import type { paths } from './generated/schema'
import { asProblem, problemFrom } from './problem'

/** The only place that speaks HTTP; paths, parameters and answers are typed by the generated schema. */
export const api = createClient<paths>({
  baseUrl: window.location.origin,
  credentials: 'same-origin',
  headers: { Accept: 'application/json' },
  // Looked up at each call, so that a test can put its own in place.
  fetch: (request) => fetch(request),
})

/** The answer, or a `Problem` thrown for everything that is not one. */
export async function answer<Data>(
  exchange: Promise<{ data?: Data; error?: unknown; response: Response }>,
): Promise<Data> {
  const { data, error, response } = await sent(exchange)
  if (!response.ok) throw problemFrom(response.status, error)
  // A 204 has no body; its type in the schema says so too.
  return data as Data
}

async function sent<Exchange>(exchange: Promise<Exchange>): Promise<Exchange> {
  try {
    return await exchange
  } catch (error) {
    // An abandoned request is the caller's wish, not a failure.
    if (error instanceof DOMException && error.name === 'AbortError') throw error
    throw asProblem(error)
  }
}

/** Whether the server answers at all; rejects when the network does not. */
export async function isServerAlive(signal: AbortSignal): Promise<boolean> {
  return (await fetch('/api/v1/health/live', { signal, cache: 'no-store' })).ok
}

export const audioAddress = (callId: string): string => `/api/v1/calls/${callId}/audio`

type Origin = Pick<Location, 'protocol' | 'host'>

const socketAddress = (path: string, { protocol, host }: Origin): string =>
  `${protocol === 'https:' ? 'wss:' : 'ws:'}//${host}/api/v1/${path}`

export function streamAddress(callId: string, location: Origin = window.location): string {
  return socketAddress(`calls/${callId}/stream`, location)
}

export const floorAddress = (location: Origin = window.location): string => socketAddress('floor/stream', location)

export const telephoneAddress = (location: Origin = window.location): string =>
  socketAddress('telephony/agent/stream', location)

export function channelAddress(location: Origin = window.location): string {
  return socketAddress('channel', location)
}
