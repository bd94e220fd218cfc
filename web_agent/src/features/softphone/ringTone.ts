const HERTZ = 450
const LOUDNESS = 0.15
/** China's ringing cadence: one second on, four off. */
const CYCLE_MS = 5_000
const ON_SECONDS = 1

/** The ring of the telephone, made in the page: no file is loaded while it rings. */
class RingTone {
  private context: AudioContext | null = null
  private timer: number | undefined

  start(): void {
    if (this.context !== null) return
    this.context = new AudioContext()
    this.ring()
    this.timer = window.setInterval(() => {
      this.ring()
    }, CYCLE_MS)
  }

  stop(): void {
    window.clearInterval(this.timer)
    void this.context?.close()
    this.context = null
  }

  private ring(): void {
    if (this.context === null) return
    const tone = this.context.createOscillator()
    const volume = this.context.createGain()
    tone.frequency.value = HERTZ
    volume.gain.value = LOUDNESS
    tone.connect(volume).connect(this.context.destination)
    tone.start()
    tone.stop(this.context.currentTime + ON_SECONDS)
  }
}

export const ringTone = new RingTone()
