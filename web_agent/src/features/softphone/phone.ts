import type { UA } from 'jssip'
import type { RTCSession } from 'jssip/lib/RTCSession'

import type { SoftphoneAccess } from '@/api/types'

import { Hold } from './hold'
import { ringTone } from './ringTone'

export type Line = 'off' | 'connecting' | 'ready' | 'lost' | 'refused'

/** The one call of the telephone. */
export interface PhoneCall {
  isInbound: boolean
  /** Number of the other party; empty when it is withheld. */
  number: string
  phase: 'ringing' | 'dialling' | 'talking'
  isHeld: boolean
  isMuted: boolean
  /** When it rang, or was answered once it is. */
  since: number
}

export interface PhoneState {
  line: Line
  /** The browser gave no microphone. */
  isDeaf: boolean
  call: PhoneCall | null
}

const OFF: PhoneState = { line: 'off', isDeaf: false, call: null }
/** How long a registration holds; it is renewed before. */
const REGISTER_SECONDS = 60
/** Pauses between attempts to reach the server again, in seconds. */
const RECONNECT_SECONDS = { min: 1, max: 3 }
/** The exchange knows its own addresses; no server outside is asked. */
const ICE: RTCConfiguration = { iceServers: [] }
const BUSY = 486
const INCOMING: readonly string[] = ['incoming']
const MEDIA: MediaStreamConstraints = {
  audio: { echoCancellation: true, noiseSuppression: true, autoGainControl: true },
  video: false,
}

/** The telephone in the page: one registration and one call, over SIP through this server. Knows nothing of React. */
export class Phone {
  private state = OFF
  private readonly listeners = new Set<() => void>()
  private ua: UA | null = null
  private session: RTCSession | null = null
  private hold: Hold | null = null
  private readonly audio = new Audio()
  private meter: { context: AudioContext; input: AnalyserNode | null; output: AnalyserNode | null } | null = null

  readonly subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener)
    return () => this.listeners.delete(listener)
  }

  readonly snapshot = (): PhoneState => this.state

  /** Registers the telephone; asks for the microphone first, so that nothing is asked while it rings. */
  async signIn(access: SoftphoneAccess): Promise<void> {
    if (this.ua !== null) return
    this.change({ line: 'connecting', isDeaf: false })
    if (!(await hasMicrophone())) {
      this.change({ line: 'off', isDeaf: true })
      return
    }
    const { UA: Agent, WebSocketInterface } = await import('jssip')
    const { protocol, host } = window.location
    const ua = new Agent({
      sockets: [new WebSocketInterface(`${protocol === 'https:' ? 'wss' : 'ws'}://${host}${access.socket_path}`)],
      uri: access.uri,
      authorization_user: access.username,
      password: access.secret,
      display_name: access.extension,
      register_expires: REGISTER_SECONDS,
      session_timers: false,
      connection_recovery_min_interval: RECONNECT_SECONDS.min,
      connection_recovery_max_interval: RECONNECT_SECONDS.max,
    })
    ua.on('registered', () => {
      this.change({ line: 'ready' })
    })
    ua.on('disconnected', () => {
      if (this.ua !== null) this.change({ line: 'lost' })
    })
    ua.on('registrationFailed', () => {
      if (this.state.line !== 'lost') this.change({ line: 'refused' })
    })
    ua.on('newRTCSession', ({ session }: { session: RTCSession }) => {
      this.take(session)
    })
    this.ua = ua
    ua.start()
  }

  signOut(): void {
    const ua = this.ua
    this.ua = null
    this.session?.terminate()
    ua?.stop()
    this.state = OFF
    this.change({})
  }

  answer(): void {
    if (this.state.call?.phase === 'ringing') {
      this.session?.answer({ mediaConstraints: MEDIA, pcConfig: ICE })
    }
  }

  hangUp(): void {
    this.session?.terminate()
  }

  dial(number: string): void {
    if (this.session !== null || this.ua === null) return
    this.ua.call(number, { mediaConstraints: MEDIA, pcConfig: ICE })
  }

  toggleHold(): void {
    if (this.state.call?.phase === 'talking') this.hold?.toggle()
  }

  toggleMute(): void {
    const session = this.session
    if (session === null || this.state.call?.phase !== 'talking') return
    if (this.state.call.isMuted) session.unmute({ audio: true })
    else session.mute({ audio: true })
  }

  press(key: string): void {
    this.session?.sendDTMF(key)
  }

  /** Loudness of both sides now, from 0 to 1. */
  levels(): { spoken: number; heard: number } {
    return { spoken: loudness(this.meter?.input ?? null), heard: loudness(this.meter?.output ?? null) }
  }

  private take(session: RTCSession): void {
    if (this.session !== null) {
      session.terminate({ status_code: BUSY })
      return
    }
    this.session = session
    this.hold = new Hold(session)
    const isInbound = INCOMING.includes(session.direction)
    const number = session.remote_identity.uri.user
    this.change({
      call: {
        isInbound,
        number,
        phase: isInbound ? 'ringing' : 'dialling',
        isHeld: false,
        isMuted: false,
        since: Date.now(),
      },
    })
    if (isInbound) ringTone.start()
    const over = () => {
      ringTone.stop()
      this.leave()
    }
    session.on('confirmed', () => {
      ringTone.stop()
      this.changeCall({ phase: 'talking', since: Date.now() })
    })
    session.on('ended', over)
    session.on('failed', over)
    session.on('getusermediafailed', () => {
      this.change({ isDeaf: true })
    })
    session.on('hold', () => {
      this.changeCall({ isHeld: session.isOnHold().local })
    })
    session.on('unhold', () => {
      this.changeCall({ isHeld: session.isOnHold().local })
    })
    session.on('muted', () => {
      this.changeCall({ isMuted: true })
    })
    session.on('unmuted', () => {
      this.changeCall({ isMuted: false })
    })
    // The connection of a call that comes in exists only from the answer on; that of one's own call exists already.
    const listen = (connection: RTCPeerConnection) => {
      connection.addEventListener('track', ({ streams, track }) => {
        this.hear(connection, streams[0] ?? new MediaStream([track]))
      })
    }
    const known = session.connection as RTCPeerConnection | null
    if (known !== null) listen(known)
    else {
      session.on('peerconnection', ({ peerconnection }) => {
        listen(peerconnection)
      })
    }
  }

  private hear(connection: RTCPeerConnection, stream: MediaStream): void {
    this.audio.srcObject = stream
    void this.audio.play()
    const context = new AudioContext()
    const spoken = connection.getSenders().find((sender) => sender.track?.kind === 'audio')?.track ?? null
    this.meter = {
      context,
      output: analyser(context, stream),
      input: spoken === null ? null : analyser(context, new MediaStream([spoken])),
    }
  }

  private leave(): void {
    this.session = null
    this.hold = null
    this.audio.srcObject = null
    void this.meter?.context.close()
    this.meter = null
    this.change({ call: null })
  }

  private changeCall(change: Partial<PhoneCall>): void {
    if (this.state.call !== null) this.change({ call: { ...this.state.call, ...change } })
  }

  private change(change: Partial<PhoneState>): void {
    this.state = { ...this.state, ...change }
    for (const listener of this.listeners) listener()
  }
}

async function hasMicrophone(): Promise<boolean> {
  try {
    const stream = await navigator.mediaDevices.getUserMedia({ audio: true })
    for (const track of stream.getTracks()) track.stop()
    return true
  } catch {
    return false
  }
}

function analyser(context: AudioContext, stream: MediaStream): AnalyserNode {
  const node = context.createAnalyser()
  node.fftSize = 512
  context.createMediaStreamSource(stream).connect(node)
  return node
}

function loudness(node: AnalyserNode | null): number {
  if (node === null) return 0
  const samples = new Float32Array(node.fftSize)
  node.getFloatTimeDomainData(samples)
  const power = samples.reduce((sum, sample) => sum + sample * sample, 0) / samples.length
  // A root mean square of 0.25 is loud speech.
  return Math.min(1, Math.sqrt(power) * 4)
}

export const phone = new Phone()
