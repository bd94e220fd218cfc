import { DOUBT_MS, LIFE_SIGN_MS } from './silence'

/**
 * Says early that a line may be dead. Waiting for the line itself takes long; a small question beside it tells within
 * moments whether the server can be reached. It only says so: giving the line up is the business of `SilenceWatch`.
 */
export class DoubtWatch {
  private timer: ReturnType<typeof setTimeout> | null = null
  private question: AbortController | null = null
  private isDoubted = false

  /**
   * @param ask Resolves to whether the server answers; rejects when it does not, and when the signal says stop.
   * @param onDoubt Told when the line becomes doubtful and when it no longer is.
   */
  constructor(
    private readonly ask: (signal: AbortSignal) => Promise<boolean>,
    private readonly onDoubt: (isDoubted: boolean) => void,
  ) {}

  /** Something came over the line: it is alive. */
  heard(): void {
    this.drop()
    this.tell(false)
    this.wait()
  }

  /** Nothing more is asked or told: the line has ended, or is known to be lost. */
  stop(): void {
    this.drop()
    this.isDoubted = false
  }

  private wait(): void {
    this.timer = setTimeout(() => {
      void this.look()
    }, DOUBT_MS)
  }

  private async look(): Promise<void> {
    const question = new AbortController()
    this.question = question
    this.timer = setTimeout(() => {
      question.abort()
    }, LIFE_SIGN_MS)
    const isAlive = await this.ask(question.signal).catch(() => false)
    if (this.question !== question) return
    this.drop()
    this.tell(!isAlive)
    this.wait()
  }

  private tell(isDoubted: boolean): void {
    if (isDoubted === this.isDoubted) return
    this.isDoubted = isDoubted
    this.onDoubt(isDoubted)
  }

  private drop(): void {
    if (this.timer !== null) clearTimeout(this.timer)
    this.timer = null
    const question = this.question
    this.question = null
    question?.abort()
  }
}
