/** Records one spoken answer from the microphone and gives it as a WAV file of one channel. */

/** What the recogniser listens to; the browser resamples to it. */
const RATE_HZ = 16_000
/** The server takes no longer answer. */
export const MOST_SECONDS = 60

export interface Recording {
  /** Ends the recording and returns it; the microphone is free again. */
  finish: () => Promise<Blob>
  /** Frees the microphone and forgets what was heard. */
  cancel: () => void
}

/** Opens the microphone; rejects when the person or the browser refuses it. */
export async function startRecording(): Promise<Recording> {
  const stream = await navigator.mediaDevices.getUserMedia({ audio: true })
  const recorder = new MediaRecorder(stream)
  const pieces: Blob[] = []
  recorder.addEventListener('dataavailable', (event) => {
    pieces.push(event.data)
  })
  const free = () => {
    for (const track of stream.getTracks()) track.stop()
  }
  recorder.start()
  return {
    finish: () =>
      new Promise((resolve, reject) => {
        recorder.addEventListener('stop', () => {
          free()
          asWav(new Blob(pieces)).then(resolve, reject)
        })
        recorder.stop()
      }),
    cancel: () => {
      if (recorder.state !== 'inactive') recorder.stop()
      free()
    },
  }
}

async function asWav(recorded: Blob): Promise<Blob> {
  const context = new AudioContext({ sampleRate: RATE_HZ })
  try {
    const sound = await context.decodeAudioData(await recorded.arrayBuffer())
    return new Blob([wavOf(sound.getChannelData(0).subarray(0, MOST_SECONDS * RATE_HZ), RATE_HZ)], {
      type: 'audio/wav',
    })
  } finally {
    await context.close()
  }
}

/** A WAV file with 16 bits a sample; samples outside of -1..1 are cut. */
export function wavOf(samples: Float32Array, rateHz: number): ArrayBuffer {
  const bytes = samples.length * 2
  const view = new DataView(new ArrayBuffer(44 + bytes))
  const text = (at: number, word: string) => {
    for (const [place, sign] of Array.from(word).entries()) view.setUint8(at + place, sign.charCodeAt(0))
  }
  text(0, 'RIFF')
  view.setUint32(4, 36 + bytes, true)
  text(8, 'WAVEfmt ')
  view.setUint32(16, 16, true)
  view.setUint16(20, 1, true)
  view.setUint16(22, 1, true)
  view.setUint32(24, rateHz, true)
  view.setUint32(28, rateHz * 2, true)
  view.setUint16(32, 2, true)
  view.setUint16(34, 16, true)
  text(36, 'data')
  view.setUint32(40, bytes, true)
  for (const [place, sample] of samples.entries()) {
    view.setInt16(44 + place * 2, Math.round(Math.max(-1, Math.min(1, sample)) * 32_767), true)
  }
  return view.buffer
}
