import type { EventMessage, SnapshotMessage } from './messages'
import { isEndOfCall, parseMessage, SNAPSHOT_REQUEST } from './messages'
import { DoubtWatch } from './doubt'
import { SilenceWatch } from './silence'

/** `stale`: nothing comes, and the server does not answer beside the line either; nobody knows yet whether it is lost. */
export type Connection = 'connecting' | 'open' | 'stale' | 'reconnecting' | 'closed'

/** The part of a browser's WebSocket that is used; tests give a fake. */
export interface SocketLike {
  send(data: string): void
  close(code?: number): void
  onmessage: ((event: MessageEvent<unknown>) => void) | null
  onclose: ((event: CloseEvent) => void) | null
}

export interface CallSocketOptions {
  open: () => SocketLike
  onSnapshot: (message: SnapshotMessage) => void
  /** Called in `seq` order, without gaps, after the snapshot they follow. */
  onEvent: (message: EventMessage) => void
  /**
   * `attempt` counts failed connections since the last message, 0 when connected; `heardAt` is the `Date.now()` of that
   * message, or of the start when none has come.
   */
  onConnection: (connection: Connection, attempt: number, heardAt: number) => void
  /** Whether the server answers beside the socket; asked when the line is silent. Given up when the signal says so. */
  isAlive: (signal: AbortSignal) => Promise<boolean>
  /** 0 ≤ x < 1; spreads the reconnects of many desks after a server restart. */
  random?: () => number
}

const FIRST_DELAY_MS = 400
const LONGEST_DELAY_MS = 10_000
/** RFC 6455 7.4.1: the server has nothing more to send. */
const NORMAL_CLOSURE = 1000
/** The connection was lost; nothing was said. */
const ABNORMAL_CLOSURE = 1006

/** Back-off with full jitter in the upper half, so that a reconnect is never immediate and never in step. */
export function reconnectDelayMs(attempt: number, random: number): number {
  const ceiling = Math.min(LONGEST_DELAY_MS, FIRST_DELAY_MS * 2 ** (attempt - 1))
  return ceiling / 2 + (ceiling / 2) * random
}

/**
 * Keeps one call's stream alive: snapshot first, then events in order. A gap asks for a new snapshot and passes
 * nothing on until it is there; every reconnect begins with a new snapshot that replaces all. Until the call has ended,
 * a line on which nothing comes is taken for lost.
 */
export class CallSocket {
  private socket: SocketLike | null = null
  /** Number of the last message passed on; null while a snapshot is awaited. */
  private lastSeq: number | null = null
  private attempt = 0
  private timer: ReturnType<typeof setTimeout> | null = null
  private isClosed = false
  private hasEnded = false
  private heardAt = Date.now()
  private readonly silence = new SilenceWatch(
    () => this.socket?.send(SNAPSHOT_REQUEST),
    () => {
      this.lost(ABNORMAL_CLOSURE)
    },
  )

  private readonly doubt: DoubtWatch

  constructor(private readonly options: CallSocketOptions) {
    this.doubt = new DoubtWatch(options.isAlive, (isDoubted) => {
      this.report(isDoubted ? 'stale' : 'open')
    })
  }

  start(): void {
    this.report('connecting')
    this.connect()
  }

  /** Reconnects without waiting for the timer: the network is back or the page is visible again. */
  retryNow(): void {
    if (this.timer === null) return
    this.clearTimer()
    this.connect()
  }

  close(): void {
    this.isClosed = true
    this.clearTimer()
    this.detach()
    this.attempt = 0
    this.report('closed')
  }

  private connect(): void {
    this.lastSeq = null
    const socket = this.options.open()
    this.socket = socket
    this.silence.connecting()
    socket.onmessage = (event) => {
      if (typeof event.data === 'string') this.receive(event.data)
    }
    socket.onclose = (event) => {
      this.lost(event.code)
    }
  }

  private receive(frame: string): void {
    const message = parseMessage(frame)
    if (message === null) return
    this.heardAt = Date.now()
    if (isEndOfCall(message)) this.hasEnded = true
    this.silence.heard()
    this.doubt.heard()
    if (this.hasEnded) this.stopWatching()
    if (message.type === 'call.snapshot') {
      this.lastSeq = message.seq
      this.attempt = 0
      this.report('open')
      this.options.onSnapshot(message)
    } else {
      this.receiveEvent(message)
    }
  }

  private receiveEvent(message: EventMessage): void {
    if (this.lastSeq === null || message.seq <= this.lastSeq) return
    if (message.seq > this.lastSeq + 1) {
      this.lastSeq = null
      this.socket?.send(SNAPSHOT_REQUEST)
      return
    }
    this.lastSeq = message.seq
    this.options.onEvent(message)
  }

  private lost(code: number): void {
    this.detach()
    if (this.isClosed) return
    if (code === NORMAL_CLOSURE) {
      this.close()
      return
    }
    this.attempt += 1
    this.report('reconnecting')
    const random = (this.options.random ?? Math.random)()
    this.timer = setTimeout(
      () => {
        this.timer = null
        this.connect()
      },
      reconnectDelayMs(this.attempt, random),
    )
  }

  private report(connection: Connection): void {
    this.options.onConnection(connection, this.attempt, this.heardAt)
  }

  private stopWatching(): void {
    this.silence.stop()
    this.doubt.stop()
  }

  private detach(): void {
    this.stopWatching()
    const socket = this.socket
    this.socket = null
    if (socket === null) return
    socket.onmessage = socket.onclose = null
    socket.close()
  }

  private clearTimer(): void {
    if (this.timer !== null) clearTimeout(this.timer)
    this.timer = null
  }
}
