import type { RTCSession } from 'jssip/lib/RTCSession'

/** Pause before a change is tried again that the exchange was not ready for, in milliseconds. */
const RETRY_MS = 200

/**
 * Holds and takes back one call as the agent last asked for.
 *
 * A change of media is a transaction of its own, and a second one is refused while the first is under way (RFC 3261,
 * 14.1). What the agent asks for in the meantime is therefore kept and sent when the first is done.
 */
export class Hold {
  private isWanted = false

  constructor(private readonly session: Pick<RTCSession, 'hold' | 'unhold' | 'isOnHold' | 'isEnded'>) {}

  toggle(): void {
    this.isWanted = !this.isWanted
    this.send()
  }

  private readonly send = (): void => {
    if (this.session.isEnded() || this.session.isOnHold().local === this.isWanted) return
    const isSent = this.isWanted ? this.session.hold({}, this.send) : this.session.unhold({}, this.send)
    if (!isSent) window.setTimeout(this.send, RETRY_MS)
  }
}
