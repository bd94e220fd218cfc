import type { SocketLike } from './socket'
import { reconnectDelayMs } from './socket'

interface AccountChannelOptions<Message> {
  open: () => SocketLike
  /** The message in a frame; null for what this version of the page does not know. */
  parse: (frame: string) => Message | null
  onMessage: (message: Message) => void
  /** Called when the connection is lost, with the code of its close. */
  onLost?: (code: number) => void
  /** 0 ≤ x < 1; spreads the reconnects of many pages after a server restart. */
  random?: () => number
}

/** Codes from 4400 on say that this account gets no channel: another attempt would be refused as well. */
const FIRST_REFUSAL = 4400
const LAST_REFUSAL = 4428

/**
 * Keeps a channel that belongs to no single call open, such as the account's or the floor's: each connection begins with a snapshot, a lost one is made anew with growing
 * pauses. A page that was refused stays without until it is loaded again.
 */
export class AccountChannel<Message> {
  private socket: SocketLike | null = null
  private timer: ReturnType<typeof setTimeout> | null = null
  private attempt = 0
  private isClosed = false

  constructor(private readonly options: AccountChannelOptions<Message>) {}

  start(): void {
    const socket = this.options.open()
    this.socket = socket
    socket.onmessage = (event) => {
      const message = typeof event.data === 'string' ? this.options.parse(event.data) : null
      if (message === null) return
      this.attempt = 0
      this.options.onMessage(message)
    }
    socket.onclose = (event) => {
      this.lost(event.code)
    }
  }

  /** Reconnects without waiting for the timer: the network is back or the page is visible again. */
  retryNow(): void {
    if (this.timer === null) return
    this.clearTimer()
    this.start()
  }

  close(): void {
    this.isClosed = true
    this.clearTimer()
    this.detach()
  }

  private lost(code: number): void {
    this.detach()
    if (!this.isClosed) this.options.onLost?.(code)
    if (this.isClosed || (code >= FIRST_REFUSAL && code <= LAST_REFUSAL)) return
    this.attempt += 1
    const delayMs = reconnectDelayMs(this.attempt, (this.options.random ?? Math.random)())
    this.timer = setTimeout(() => {
      this.timer = null
      this.start()
    }, delayMs)
  }

  private detach(): void {
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
