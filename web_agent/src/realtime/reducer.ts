import type {
  AlertRaised,
  CallAlert,
  CallFact,
  CallHint,
  CallInfo,
  CallSnapshot,
  CardPushed,
  CardSpoken,
  CategoryChosen,
  FeedbackRecorded,
  StageState,
  StepSet,
  StepTicked,
  Utterance,
} from '@/api/types'

import type { EventMessage, ServerMessage, SnapshotMessage } from './messages'

/** All that the desk draws: the server's snapshot with later events applied. */
export interface ScreenState {
  seq: number
  /** Wall time of the last message applied (UTC). */
  at: string
  call: CallSnapshot
}

export function applySnapshot(message: SnapshotMessage): ScreenState {
  return { seq: message.seq, at: message.at, call: message.data }
}

/** Pure, and the twin of assist_api/calls/reducer.py, whose rules it follows. Order is the socket's business. */
export function applyMessage(state: ScreenState | null, message: ServerMessage): ScreenState | null {
  if (message.type === 'call.snapshot') return applySnapshot(message)
  if (state === null || message.seq <= state.seq) return state
  return { seq: message.seq, at: message.at, call: applyEvent(state.call, message) }
}

function applyEvent(call: CallSnapshot, message: EventMessage): CallSnapshot {
  switch (message.type) {
    case 'call.offered':
      return withInfo(call, { title: message.data.title, leg_roles: message.data.leg_roles })
    case 'call.state_changed':
      return withInfo(call, {
        state: message.data.state,
        agent_name: message.data.agent_name ?? call.call.agent_name,
      })
    case 'call.answered':
      return withInfo(call, {
        state: 'answered',
        source: message.data.source,
        title: message.data.title,
        duration_ms: message.data.duration_ms,
        speed: message.data.speed,
        leg_roles: message.data.leg_roles,
      })
    case 'call.interrupted':
      return withoutPartials(withInfo(call, { state: 'interrupted', heard_ms: atLeast(call, message.data.heard_ms) }))
    case 'call.ended':
      return withoutPartials(
        withInfo(call, {
          state: message.data.reason === 'abandoned' ? 'abandoned' : 'ended',
          ended_at: message.at,
          end_reason: message.data.reason,
          end_code: message.data.code,
          end_message: message.data.message,
          duration_ms: message.data.duration_ms,
          heard_ms: atLeast(call, message.data.duration_ms),
        }),
      )
    case 'transcript.partial':
      return withPartial(call, message.data)
    case 'transcript.final':
      return withFinal(call, message.data)
    case 'suggestion.shown':
      return { ...call, suggestions: message.data, withheld: null }
    case 'suggestion.withheld':
      return message.data.reason === 'nothing_fits' ? { ...call, withheld: message.data } : call
    case 'card.spoken':
      return { ...call, spoken: withSpoken(call.spoken, message.data) }
    case 'card.pushed':
      return { ...call, pushed: withPushed(call.pushed, message.data) }
    case 'category.ranked':
      return { ...call, category: message.data }
    case 'category.chosen':
      return withChosenCategory(call, message.data)
    case 'feedback.recorded':
      return withFeedback(call, message.data)
    case 'alert.raised':
      return withAlert(call, message.data)
    case 'alert.confirmed':
      return withConfirmedAlert(call, message.data.alert_id, message.data.confirmed_by)
    case 'facts.found':
      return { ...call, facts: withFound(call.facts, message.data.facts) }
    case 'fact.edited': {
      const { field, value, edited_by } = message.data
      return withFact(call, { field, value, edited_by, evidence: [], is_confirmed: true })
    }
    case 'summary.accepted':
      return { ...call, summary: message.data }
    case 'step.ticked':
      return { ...call, steps: withStep(call.steps, message.data) }
    case 'step.set':
      return withSetStep(call, message.data)
    case 'hint.raised':
      return withHint(call, { ...message.data, dismissed_by: null, verdict: null })
    case 'hint.dismissed':
      return withDismissedHint(call, message.data)
    case 'question.proposed':
      return { ...call, question: message.data }
    case 'stage.state_changed':
      return { ...call, stages: withStage(call.stages, message.data) }
  }
}

function withInfo(call: CallSnapshot, change: Partial<CallInfo>): CallSnapshot {
  return { ...call, call: { ...call.call, ...change } }
}

const atLeast = (call: CallSnapshot, heardMs: number): number => Math.max(call.call.heard_ms, heardMs)

/** Partials do not outlive their process, nor does a lag. */
function withoutPartials(call: CallSnapshot): CallSnapshot {
  return { ...call, utterances: call.utterances.filter((utterance) => utterance.is_final), stages: [] }
}

function withPartial(call: CallSnapshot, next: Utterance): CallSnapshot {
  const known = find(call, next)
  if (known !== undefined && (known.is_final || known.partial_index >= next.partial_index)) return call
  return withUtterance(call, next)
}

function withFinal(call: CallSnapshot, next: Utterance): CallSnapshot {
  if (find(call, next)?.is_final === true) return call
  return withUtterance(withInfo(call, { heard_ms: atLeast(call, next.end_ms) }), next)
}

function find(call: CallSnapshot, utterance: Utterance): Utterance | undefined {
  return call.utterances.find((known) => known.segment_id === utterance.segment_id)
}

/** A final without text was noise: its utterance goes away. */
function withUtterance(call: CallSnapshot, next: Utterance): CallSnapshot {
  const others = call.utterances.filter((known) => known.segment_id !== next.segment_id)
  const shown = next.text !== '' || !next.is_final ? [next] : []
  return { ...call, utterances: [...others, ...shown].sort(byStart) }
}

function byStart(left: Utterance, right: Utterance): number {
  if (left.start_ms !== right.start_ms) return left.start_ms - right.start_ms
  if (left.leg_role !== right.leg_role) return left.leg_role === 'customer' ? -1 : 1
  return left.segment_id < right.segment_id ? -1 : 1
}

/** Later rankings leave the agent's own choice as it is. */
export function withChosenCategory(call: CallSnapshot, chosen: CategoryChosen): CallSnapshot {
  return { ...call, chosen_category: chosen }
}

export function withFeedback(call: CallSnapshot, next: FeedbackRecorded): CallSnapshot {
  const others = call.feedback.filter((feedback) => feedback.suggestion_id !== next.suggestion_id)
  // A verdict that was taken back leaves none.
  return { ...call, feedback: next.verdict === 'withdrawn' ? others : [...others, next] }
}

/** An alert that is raised again keeps its place and whether it was confirmed. */
function withAlert(call: CallSnapshot, next: AlertRaised): CallSnapshot {
  const known = call.alerts.find((alert) => alert.alert_id === next.alert_id)
  const alert: CallAlert = { ...next, confirmed_by: known?.confirmed_by ?? null }
  const alerts = call.alerts.map((other) => (other === known ? alert : other))
  return { ...call, alerts: known === undefined ? [...alerts, alert] : alerts }
}

export function withConfirmedAlert(call: CallSnapshot, alertId: string, confirmedBy: string | null): CallSnapshot {
  const alerts = call.alerts.map((alert) =>
    alert.alert_id === alertId ? { ...alert, confirmed_by: confirmedBy } : alert,
  )
  return { ...call, alerts }
}

/** A step is ticked once: the first time stands. */
function withStep(steps: readonly StepTicked[], next: StepTicked): StepTicked[] {
  return steps.some((known) => known.step_id === next.step_id) ? [...steps] : [...steps, next]
}

function withHint(call: CallSnapshot, next: CallHint): CallSnapshot {
  return call.hints.some((known) => known.hint_id === next.hint_id) ? call : { ...call, hints: [...call.hints, next] }
}

export function withDismissedHint(
  call: CallSnapshot,
  { hint_id, dismissed_by, verdict = null }: Pick<CallHint, 'hint_id' | 'dismissed_by' | 'verdict'>,
): CallSnapshot {
  const hints = call.hints.map((hint) => (hint.hint_id === hint_id ? { ...hint, dismissed_by, verdict } : hint))
  return { ...call, hints }
}

/** What the agent decides by hand stands above what was heard; the newest decision on a step counts. */
export function withSetStep(call: CallSnapshot, step: StepSet): CallSnapshot {
  return { ...call, hand_steps: [...call.hand_steps.filter((known) => known.step_id !== step.step_id), step] }
}

/** The fields in the order of the form. */
const FIELDS: readonly CallFact['field'][] = [
  'name',
  'phone',
  'account_number',
  'meter_number',
  'address',
  'meter_reading',
  'occurred_at',
  'callback_at',
  'amount',
  'symptom',
  'appliance',
]

const inOrder = (facts: CallFact[]): CallFact[] =>
  facts.sort((left, right) => FIELDS.indexOf(left.field) - FIELDS.indexOf(right.field))

/** What the agent set by hand stays for ever. */
function withFound(known: readonly CallFact[], found: readonly CallFact[]): CallFact[] {
  const edited = known.filter((fact) => fact.edited_by !== null)
  return inOrder([...edited, ...found.filter((fact) => !edited.some((other) => other.field === fact.field))])
}

export function withFact(call: CallSnapshot, next: CallFact): CallSnapshot {
  return { ...call, facts: inOrder([...call.facts.filter((fact) => fact.field !== next.field), next]) }
}

function withSpoken(spoken: readonly CardSpoken[], next: CardSpoken): CardSpoken[] {
  return [...spoken.filter((known) => known.suggestion_id !== next.suggestion_id), next]
}

/** The newest stands first; the same entry pushed again moves to the front. */
function withPushed(pushed: readonly CardPushed[], next: CardPushed): CardPushed[] {
  return [next, ...pushed.filter((known) => known.entry_id !== next.entry_id)]
}

function withStage(stages: readonly StageState[], next: StageState): StageState[] {
  const others = stages.filter((stage) => stage.stage !== next.stage)
  return next.state === 'ok' ? others : [...others, next]
}
