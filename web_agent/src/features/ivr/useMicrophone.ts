import { useEffect, useRef, useState } from 'react'

import { wavOf } from './wav'

const RATE_HZ = 16_000

/** Records what is said into the microphone, from `start` to `stop`, as a WAV file. */
export function useMicrophone(onSound: (sound: Blob) => void) {
  const [isOn, setIsOn] = useState(false)
  const [isRefused, setIsRefused] = useState(false)
  const recorder = useRef<MediaRecorder | null>(null)
  useEffect(
    () => () => {
      if (recorder.current?.state === 'recording') recorder.current.stop()
    },
    [],
  )
  const start = async () => {
    let stream: MediaStream
    try {
      stream = await navigator.mediaDevices.getUserMedia({ audio: true })
    } catch {
      setIsRefused(true)
      return
    }
    setIsRefused(false)
    const parts: Blob[] = []
    const made = new MediaRecorder(stream)
    made.ondataavailable = (event) => parts.push(event.data)
    made.onstop = () => {
      for (const track of stream.getTracks()) track.stop()
      setIsOn(false)
      void decoded(new Blob(parts)).then(onSound, () => {
        setIsRefused(true)
      })
    }
    recorder.current = made
    made.start()
    setIsOn(true)
  }
  const stop = () => recorder.current?.stop()
  return { isOn, isRefused, start, stop }
}

async function decoded(recorded: Blob): Promise<Blob> {
  const context = new AudioContext()
  try {
    const buffer = await context.decodeAudioData(await recorded.arrayBuffer())
    const offline = new OfflineAudioContext(1, Math.ceil(buffer.duration * RATE_HZ), RATE_HZ)
    const source = offline.createBufferSource()
    source.buffer = buffer
    source.connect(offline.destination)
    source.start()
    return wavOf((await offline.startRendering()).getChannelData(0), RATE_HZ)
  } finally {
    await context.close()
  }
}
