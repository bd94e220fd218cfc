import { useEffect, useReducer, useState } from 'react'

import { isServerAlive, streamAddress } from '@/api/http'
import type {
  CallAlert,
  CallFact,
  CallHint,
  CategoryChosen,
  FeedbackRecorded,
  StepSet,
  SummaryAccepted,
} from '@/api/types'

import type { ServerMessage } from './messages'
import type { ScreenState } from './reducer'
import {
  applyMessage,
  withChosenCategory,
  withConfirmedAlert,
  withDismissedHint,
  withFact,
  withFeedback,
  withSetStep,
} from './reducer'
import type { Connection } from './socket'
import { CallSocket } from './socket'

export interface CallStream {
  /** Null until the first snapshot is there. */
  screen: ScreenState | null
  connection: Connection
  /** Failed connections since the last message. */
  attempt: number
  /** `Date.now()` of the last moment at which the screen was known to be true: its age when the connection is lost. */
  freshAt: number
  /** Shows a verdict at once when the server has confirmed it over HTTP. */
  addFeedback: (feedback: FeedbackRecorded) => void
  /** Shows the agent's category at once when the server has confirmed it over HTTP. */
  addChosenCategory: (chosen: CategoryChosen) => void
  /** Takes an alert from the screen at once when the server has confirmed it over HTTP. */
  addConfirmedAlert: (alert: CallAlert) => void
  /** Shows a field that the agent set at once when the server has confirmed it over HTTP. */
  addFact: (fact: CallFact) => void
  /** Takes a hint from the screen at once when the server has confirmed it over HTTP. */
  addDismissedHint: (hint: CallHint) => void
  /** Shows a step that the agent set by hand at once when the server has confirmed it over HTTP. */
  addSetStep: (step: StepSet) => void
  /** Shows the accepted summary at once when the server has confirmed it over HTTP. */
  addSummary: (summary: SummaryAccepted) => void
}

type Action =
  | { kind: 'message'; message: ServerMessage }
  | { kind: 'feedback'; feedback: FeedbackRecorded }
  | { kind: 'category'; chosen: CategoryChosen }
  | { kind: 'alert'; alert: CallAlert }
  | { kind: 'fact'; fact: CallFact }
  | { kind: 'hint'; hint: CallHint }
  | { kind: 'step'; step: StepSet }
  | { kind: 'summary'; summary: SummaryAccepted }

function reduceScreen(screen: ScreenState | null, action: Action): ScreenState | null {
  if (action.kind === 'message') return applyMessage(screen, action.message)
  if (screen === null) return null
  if (action.kind === 'alert') {
    const { alert_id, confirmed_by } = action.alert
    return { ...screen, call: withConfirmedAlert(screen.call, alert_id, confirmed_by) }
  }
  if (action.kind === 'fact') return { ...screen, call: withFact(screen.call, action.fact) }
  if (action.kind === 'hint') {
    return { ...screen, call: withDismissedHint(screen.call, action.hint) }
  }
  if (action.kind === 'step') return { ...screen, call: withSetStep(screen.call, action.step) }
  if (action.kind === 'summary') return { ...screen, call: { ...screen.call, summary: action.summary } }
  if (action.kind === 'category') return { ...screen, call: withChosenCategory(screen.call, action.chosen) }
  return { ...screen, call: withFeedback(screen.call, action.feedback) }
}

interface Link {
  connection: Connection
  attempt: number
  freshAt: number
}

/** One call's screen, kept true over its socket. Give the component that uses it a `key` of the call's id. */
export function useCallStream(callId: string): CallStream {
  const [screen, dispatch] = useReducer(reduceScreen, null)
  const [link, setLink] = useState<Link>(() => ({ connection: 'connecting', attempt: 0, freshAt: Date.now() }))

  useEffect(() => {
    const receive = (message: ServerMessage) => {
      dispatch({ kind: 'message', message })
    }
    const socket = new CallSocket({
      open: () => new WebSocket(streamAddress(callId)),
      isAlive: isServerAlive,
      onSnapshot: receive,
      onEvent: receive,
      onConnection: (connection, attempt, heardAt) => {
        setLink({ connection, attempt, freshAt: heardAt })
      },
    })
    const retry = () => {
      socket.retryNow()
    }
    window.addEventListener('online', retry)
    document.addEventListener('visibilitychange', retry)
    socket.start()
    return () => {
      window.removeEventListener('online', retry)
      document.removeEventListener('visibilitychange', retry)
      socket.close()
    }
  }, [callId])

  const addFeedback = (feedback: FeedbackRecorded) => {
    dispatch({ kind: 'feedback', feedback })
  }
  const addChosenCategory = (chosen: CategoryChosen) => {
    dispatch({ kind: 'category', chosen })
  }
  const addConfirmedAlert = (alert: CallAlert) => {
    dispatch({ kind: 'alert', alert })
  }
  const addFact = (fact: CallFact) => {
    dispatch({ kind: 'fact', fact })
  }
  const addDismissedHint = (hint: CallHint) => {
    dispatch({ kind: 'hint', hint })
  }
  const addSetStep = (step: StepSet) => {
    dispatch({ kind: 'step', step })
  }
  const addSummary = (summary: SummaryAccepted) => {
    dispatch({ kind: 'summary', summary })
  }
  return {
    screen,
    ...link,
    addFeedback,
    addChosenCategory,
    addConfirmedAlert,
    addFact,
    addDismissedHint,
    addSetStep,
    addSummary,
  }
}
