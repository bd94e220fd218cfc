import { afterEach, beforeEach, expect, it, vi } from 'vitest'

import { makeInfo, makeSnapshot, makeUtterance } from '../../tests/support/calls'
import type { EventMessage, SnapshotMessage } from './messages'
import { ANSWER_MS, DOUBT_MS, FIRST_MESSAGE_MS, SILENCE_MS } from './silence'
import type { Connection, SocketLike } from './socket'
import { CallSocket, reconnectDelayMs } from './socket'

class FakeSocket implements SocketLike {
  sent: string[] = []
  isClosed = false
  onmessage: SocketLike['onmessage'] = null
  onclose: SocketLike['onclose'] = null

  send(data: string) {
    this.sent.push(data)
  }

  close() {
    this.isClosed = true
  }

  receive(message: object) {
    this.onmessage?.(new MessageEvent('message', { data: JSON.stringify(message) }))
  }

  drop(code = 1006) {
    this.onclose?.(new CloseEvent('close', { code }))
  }
}

const head = { call_id: makeInfo().id, at: '2026-03-01T06:00:00Z' }
const snapshot = (seq: number): SnapshotMessage => ({ ...head, type: 'call.snapshot', seq, data: makeSnapshot() })
const endedSnapshot = (seq: number): SnapshotMessage => {
  const known = makeSnapshot()
  return { ...snapshot(seq), data: { ...known, call: { ...known.call, state: 'ended' } } }
}
const ending = (seq: number): EventMessage => ({
  ...head,
  type: 'call.ended',
  seq,
  data: { reason: 'stopped', code: '', message: '', duration_ms: 4_000 },
})
const event = (seq: number): EventMessage => ({ ...head, type: 'transcript.final', seq, data: makeUtterance() })

function setUp(isAlive = () => Promise.resolve(true)) {
  const sockets: FakeSocket[] = []
  const passed: string[] = []
  const links: [Connection, number][] = []
  const heard: number[] = []
  const socket = new CallSocket({
    open: () => {
      const fake = new FakeSocket()
      sockets.push(fake)
      return fake
    },
    isAlive,
    onSnapshot: (message) => passed.push(`snapshot ${message.seq}`),
    onEvent: (message) => passed.push(`event ${message.seq}`),
    onConnection: (connection, attempt, heardAt) => {
      links.push([connection, attempt])
      heard.push(heardAt)
    },
    random: () => 0,
  })
  socket.start()
  return { socket, sockets, passed, links, heard }
}

beforeEach(() => {
  vi.useFakeTimers()
})

afterEach(() => {
  vi.useRealTimers()
})

it('passes events on in order after the snapshot', () => {
  const { sockets, passed, links } = setUp()
  sockets[0]!.receive(snapshot(4))
  sockets[0]!.receive(event(5))
  sockets[0]!.receive(event(6))
  expect(passed).toEqual(['snapshot 4', 'event 5', 'event 6'])
  expect(links.at(-1)).toEqual(['open', 0])
})

it('ignores events before the first snapshot and events that are already in it', () => {
  const { sockets, passed } = setUp()
  sockets[0]!.receive(event(1))
  sockets[0]!.receive(snapshot(4))
  sockets[0]!.receive(event(3))
  sockets[0]!.receive(event(4))
  expect(passed).toEqual(['snapshot 4'])
})

it('asks for a snapshot once when a number is missing, and passes nothing on until it is there', () => {
  const { sockets, passed } = setUp()
  const [fake] = sockets
  fake!.receive(snapshot(1))
  fake!.receive(event(3))
  fake!.receive(event(4))
  expect(passed).toEqual(['snapshot 1'])
  expect(fake!.sent).toEqual(['{"type":"snapshot.requested"}'])
  fake!.receive(snapshot(4))
  fake!.receive(event(5))
  expect(passed).toEqual(['snapshot 1', 'snapshot 4', 'event 5'])
})

it('reconnects with growing pauses and starts anew from a snapshot with a smaller number', () => {
  const { sockets, passed, links } = setUp()
  sockets[0]!.receive(snapshot(9))
  sockets[0]!.drop()
  expect(links.at(-1)).toEqual(['reconnecting', 1])
  vi.advanceTimersByTime(reconnectDelayMs(1, 0))
  expect(sockets).toHaveLength(2)
  sockets[1]!.drop()
  vi.advanceTimersByTime(reconnectDelayMs(2, 0) - 1)
  expect(sockets).toHaveLength(2)
  vi.advanceTimersByTime(1)
  // Partials take a number but do not survive the server: its count may have gone back.
  sockets[2]!.receive(snapshot(7))
  sockets[2]!.receive(event(8))
  expect(passed).toEqual(['snapshot 9', 'snapshot 7', 'event 8'])
  expect(links.at(-1)).toEqual(['open', 0])
})

it('listens to one socket only: the old one is silent after a reconnect', () => {
  const { sockets, passed } = setUp()
  const [old] = sockets
  old!.receive(snapshot(1))
  old!.drop()
  vi.advanceTimersByTime(10_000)
  old!.receive(event(2))
  expect(passed).toEqual(['snapshot 1'])
  expect(old!.isClosed).toBe(true)
})

it('reconnects at once when told that the network is back', () => {
  const { socket, sockets } = setUp()
  sockets[0]!.drop()
  socket.retryNow()
  expect(sockets).toHaveLength(2)
  sockets[1]!.receive(endedSnapshot(1))
  vi.advanceTimersByTime(60_000)
  expect(sockets).toHaveLength(2)
})

it('does not reconnect after close, nor when the server has nothing more to say', () => {
  const { socket, sockets } = setUp()
  socket.close()
  sockets[0]!.drop()
  vi.advanceTimersByTime(60_000)
  expect(sockets).toHaveLength(1)

  const second = setUp()
  second.sockets[0]!.drop(1000)
  vi.advanceTimersByTime(60_000)
  expect(second.sockets).toHaveLength(1)
  expect(second.links.at(-1)).toEqual(['closed', 0])
})

const REQUEST = '{"type":"snapshot.requested"}'

it('asks a silent line for a snapshot, and goes on when it answers', () => {
  const { sockets, passed, links } = setUp()
  const [fake] = sockets
  fake!.receive(snapshot(1))
  vi.advanceTimersByTime(SILENCE_MS - 1)
  fake!.receive(event(2))
  vi.advanceTimersByTime(SILENCE_MS - 1)
  expect(fake!.sent).toEqual([])
  vi.advanceTimersByTime(1)
  expect(fake!.sent).toEqual([REQUEST])
  vi.advanceTimersByTime(ANSWER_MS - 1)
  fake!.receive(snapshot(2))
  vi.advanceTimersByTime(SILENCE_MS)
  expect(fake!.sent).toEqual([REQUEST, REQUEST])
  fake!.receive(event(3))
  expect(passed).toEqual(['snapshot 1', 'event 2', 'snapshot 2', 'event 3'])
  expect(links.every(([connection]) => connection !== 'reconnecting')).toBe(true)
  expect(sockets).toHaveLength(1)
})

it('takes a line that does not answer for lost, as old as its last message, and reconnects with growing pauses', () => {
  const { sockets, passed, links, heard } = setUp()
  sockets[0]!.receive(snapshot(1))
  vi.advanceTimersByTime(1_000)
  sockets[0]!.receive(event(2))
  const lastMessageAt = Date.now()
  vi.advanceTimersByTime(SILENCE_MS + ANSWER_MS)
  expect(links.at(-1)).toEqual(['reconnecting', 1])
  expect(heard.at(-1)).toBe(lastMessageAt)
  expect(sockets[0]!.isClosed).toBe(true)
  vi.advanceTimersByTime(reconnectDelayMs(1, 0))
  expect(sockets).toHaveLength(2)
  // Still dead: a connection that is never made does not fail by itself for minutes.
  vi.advanceTimersByTime(FIRST_MESSAGE_MS)
  expect(links.at(-1)).toEqual(['reconnecting', 2])
  expect(sockets[1]!.isClosed).toBe(true)
  expect(sockets[1]!.sent).toEqual([])
  vi.advanceTimersByTime(reconnectDelayMs(2, 0))
  sockets[2]!.receive(snapshot(8))
  expect(passed).toEqual(['snapshot 1', 'event 2', 'snapshot 8'])
  expect(links.at(-1)).toEqual(['open', 0])
})

it.each([
  ['its end', ending(2)],
  ['a snapshot of it', endedSnapshot(2)],
])('lets the line of an ended call be silent after %s', (_, last) => {
  const { sockets, links } = setUp()
  sockets[0]!.receive(snapshot(1))
  sockets[0]!.receive(last)
  vi.advanceTimersByTime(600_000)
  expect(sockets[0]!.sent).toEqual([])
  expect(sockets).toHaveLength(1)
  expect(links.at(-1)).toEqual(['open', 0])
})

it('asks nothing any more once closed', () => {
  const { socket, sockets } = setUp()
  sockets[0]!.receive(snapshot(1))
  socket.close()
  vi.advanceTimersByTime(600_000)
  expect(sockets[0]!.sent).toEqual([])
  expect(sockets).toHaveLength(1)
})

it('says that a silent line is stale when the server does not answer, and open with the next message', async () => {
  const { sockets, links } = setUp(() => Promise.resolve(false))
  sockets[0]!.receive(snapshot(1))
  await vi.advanceTimersByTimeAsync(DOUBT_MS)
  expect(links.at(-1)).toEqual(['stale', 0])
  sockets[0]!.receive(event(2))
  expect(links.at(-1)).toEqual(['open', 0])
})

it('survives frames that are no messages', () => {
  const { sockets, passed } = setUp()
  for (const data of ['', '{', 'null', '[]', '{"type":"call.snapshot"}', '{"type":1,"seq":1,"data":{}}']) {
    sockets[0]!.onmessage?.(new MessageEvent('message', { data }))
  }
  expect(passed).toEqual([])
})

it('keeps every pause within its bounds', () => {
  for (let attempt = 1; attempt < 30; attempt += 1) {
    const [shortest, longest] = [reconnectDelayMs(attempt, 0), reconnectDelayMs(attempt, 0.999)]
    expect(shortest).toBeGreaterThanOrEqual(200)
    expect(longest).toBeGreaterThan(shortest)
    expect(longest).toBeLessThanOrEqual(10_000)
  }
})
