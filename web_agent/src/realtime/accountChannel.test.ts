import { afterEach, beforeEach, expect, it, vi } from 'vitest'

import { AccountChannel } from './accountChannel'
import type { AccountEvent, AccountMessage } from './accountMessages'
import { parseAccountMessage } from './accountMessages'
import { applyAccountMessage, NOTHING_KNOWN } from './accountState'
import type { SocketLike } from './socket'

class FakeSocket implements SocketLike {
  isClosed = false
  onmessage: SocketLike['onmessage'] = null
  onclose: SocketLike['onclose'] = null

  send() {
    throw new Error('the channel takes nothing')
  }

  close() {
    this.isClosed = true
  }

  receive(frame: string) {
    this.onmessage?.(new MessageEvent('message', { data: frame }))
  }

  drop(code = 1006) {
    this.onclose?.(new CloseEvent('close', { code }))
  }
}

const at = '2026-03-01T06:00:00Z'
const snapshot = (unread: number): AccountMessage => ({
  type: 'channel.snapshot',
  at,
  data: { counts: { unread_notifications: unread } },
})
const created = (id: string): AccountEvent => ({
  id,
  type: 'notification.created',
  at,
  data: { kind: 'import.failed' },
})

function opened() {
  const sockets: FakeSocket[] = []
  const messages: AccountMessage[] = []
  const channel = new AccountChannel({
    open: () => {
      const socket = new FakeSocket()
      sockets.push(socket)
      return socket
    },
    parse: parseAccountMessage,
    onMessage: (message) => messages.push(message),
    random: () => 0,
  })
  channel.start()
  return { channel, sockets, messages }
}

beforeEach(() => {
  vi.useFakeTimers()
})

afterEach(() => {
  vi.useRealTimers()
})

it('passes messages on, and nothing that it does not know', () => {
  const { sockets, messages } = opened()
  for (const frame of ['', '[]', 'null', '{"type":"x.y","data":{}}', '{"type":"job.changed","data":{}}'])
    sockets[0]!.receive(frame)
  sockets[0]!.receive(JSON.stringify(snapshot(2)))
  sockets[0]!.receive(JSON.stringify(created('a')))
  expect(messages).toEqual([snapshot(2), created('a')])
})

it('reconnects with growing pauses, and anew after a message', () => {
  const { sockets } = opened()
  sockets[0]!.drop()
  vi.advanceTimersByTime(200)
  sockets[1]!.drop()
  vi.advanceTimersByTime(399)
  expect(sockets).toHaveLength(2)
  vi.advanceTimersByTime(1)
  sockets[2]!.receive(JSON.stringify(snapshot(0)))
  sockets[2]!.drop(1011)
  vi.advanceTimersByTime(200)
  expect(sockets).toHaveLength(4)
})

it.each([4401, 4403])('stays away after the refusal %i', (code) => {
  const { sockets } = opened()
  sockets[0]!.drop(code)
  vi.advanceTimersByTime(600_000)
  expect(sockets).toHaveLength(1)
})

it('comes back when the server had too many sockets', () => {
  const { sockets } = opened()
  sockets[0]!.drop(4429)
  vi.advanceTimersByTime(10_000)
  expect(sockets.length).toBeGreaterThan(1)
})

it('ends with its page, and never reconnects then', () => {
  const { channel, sockets } = opened()
  channel.close()
  expect(sockets[0]!.isClosed).toBe(true)
  vi.advanceTimersByTime(600_000)
  expect(sockets).toHaveLength(1)
})

it('counts what is unread from the snapshot on, each event once', () => {
  const messages = [snapshot(3), created('a'), created('a'), created('b')]
  expect(messages.reduce(applyAccountMessage, NOTHING_KNOWN).unread).toBe(5)
  const job: AccountEvent = { id: 'c', type: 'job.changed', at, data: { id: 'j' } }
  expect([...messages, job, snapshot(1)].reduce(applyAccountMessage, NOTHING_KNOWN).unread).toBe(1)
})

it('reads a snapshot only with its counts', () => {
  expect(parseAccountMessage('{"type":"channel.snapshot","at":"x","data":{}}')).toBeNull()
})
