/** A running call is seldom silent for longer: partials come several times a second while anyone speaks. */
export const SILENCE_MS = 10_000
/** A line that is silent for so long is doubted: the server is asked beside it. */
export const DOUBT_MS = 1_500
/** The server answers that it lives at once; with `DOUBT_MS` a dead line is said within three seconds. */
export const LIFE_SIGN_MS = 1_200
/** The server answers a request for a snapshot at once. */
export const ANSWER_MS = 5_000
/** From the beginning of a connection to its first message. */
export const FIRST_MESSAGE_MS = 10_000

/**
 * Notices a line that passes nothing on. TCP says nothing of it for minutes, and a page is not told of the pings of its
 * socket: so a silent line is asked for something, and given up when no answer comes.
 */
export class SilenceWatch {
  private timer: ReturnType<typeof setTimeout> | null = null

  constructor(
    private readonly ask: () => void,
    private readonly giveUp: () => void,
  ) {}

  /** A connection is being made; nothing can be sent on it yet. */
  connecting(): void {
    this.wait(FIRST_MESSAGE_MS, this.giveUp)
  }

  /** Something came: the line is alive. */
  heard(): void {
    this.wait(SILENCE_MS, () => {
      this.wait(ANSWER_MS, this.giveUp)
      this.ask()
    })
  }

  stop(): void {
    if (this.timer !== null) clearTimeout(this.timer)
    this.timer = null
  }

  private wait(delayMs: number, then: () => void): void {
    this.stop()
    this.timer = setTimeout(then, delayMs)
  }
}
