/** Samples as a WAV file: mono, 16 bit. */
export function wavOf(samples: Float32Array, rate: number): Blob {
  const bytes = new DataView(new ArrayBuffer(44 + samples.length * 2))
  const write = (at: number, text: string) => {
    for (let place = 0; place < text.length; place += 1) bytes.setUint8(at + place, text.charCodeAt(place))
  }
  write(0, 'RIFF')
  bytes.setUint32(4, 36 + samples.length * 2, true)
  write(8, 'WAVEfmt ')
  bytes.setUint32(16, 16, true)
  bytes.setUint16(20, 1, true)
  bytes.setUint16(22, 1, true)
  bytes.setUint32(24, rate, true)
  bytes.setUint32(28, rate * 2, true)
  bytes.setUint16(32, 2, true)
  bytes.setUint16(34, 16, true)
  write(36, 'data')
  bytes.setUint32(40, samples.length * 2, true)
  samples.forEach((sample, place) => {
    bytes.setInt16(44 + place * 2, Math.round(Math.max(-1, Math.min(1, sample)) * 32767), true)
  })
  return new Blob([bytes.buffer], { type: 'audio/wav' })
}
