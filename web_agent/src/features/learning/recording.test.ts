import { expect, test } from 'vitest'

import { wavOf } from './recording'

test('a recording becomes a WAV file of one channel, and what is too loud is cut', () => {
  const file = new DataView(wavOf(new Float32Array([0, 1, -2]), 16_000))
  const word = (at: number) => String.fromCharCode(...[0, 1, 2, 3].map((place) => file.getUint8(at + place)))
  expect([word(0), word(8), word(36)]).toEqual(['RIFF', 'WAVE', 'data'])
  expect([file.getUint16(22, true), file.getUint32(24, true), file.getUint32(40, true)]).toEqual([1, 16_000, 6])
  expect([44, 46, 48].map((at) => file.getInt16(at, true))).toEqual([0, 32_767, -32_767])
})
