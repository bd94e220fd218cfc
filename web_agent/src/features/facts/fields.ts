import type { CallFact, RequiredField, Utterance } from '@/api/types'
import { slice } from '@/ui/text'

export type FactField = CallFact['field']

export const FACT_FIELDS: readonly FactField[] = [
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

/**
 * Fields to ask for, in the order of the form: those that the server misses, less what the agent has typed since.
 * The server also misses a value that leads nowhere, such as an address without a street.
 */
export function toAsk(
  required: readonly RequiredField[],
  missing: readonly string[],
  facts: readonly CallFact[],
): RequiredField[] {
  const typed = new Set(facts.filter((fact) => fact.value !== '' && fact.edited_by !== null).map((fact) => fact.field))
  return required.filter(({ field, fact }) => fact !== null && missing.includes(field) && !typed.has(fact))
}

export interface Quote {
  segmentId: string
  atMs: number
  before: string
  words: string
  after: string
}

const AROUND = 10

/** The sentence that proves a fact, cut to what stands around the words; null when nobody said it. */
export function quoteOf(fact: CallFact, utterances: readonly Utterance[]): Quote | null {
  const place = fact.evidence.at(-1)
  const said = utterances.find((utterance) => utterance.segment_id === place?.segment_id)
  if (place === undefined || said === undefined) return null
  const { start, end } = place.span
  const length = Array.from(said.text).length
  const from = Math.max(0, start - AROUND)
  const to = Math.min(length, end + AROUND)
  return {
    segmentId: said.segment_id,
    atMs: said.start_ms,
    before: (from > 0 ? '…' : '') + slice(said.text, { start: from, end: start }),
    words: slice(said.text, { start, end }),
    after: slice(said.text, { start: end, end: to }) + (to < length ? '…' : ''),
  }
}
