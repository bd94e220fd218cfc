import type { Card, CardMatch, CaseCard, Utterance } from '@/api/types'
import type { MarkedRange, MarkKind } from '@/ui/text'
import { slice } from '@/ui/text'

/** Words of the caller that called a card up. */
export interface Reason {
  text: string
  kind: MarkKind
  /** Null for words that were typed. */
  segmentId: string | null
}

type Suggestion = Pick<Card | CaseCard, 'matches'>

/** The caller's words, each once, in the order they were said; touching words are read as one. */
export function reasonsOf(suggestion: Suggestion, utterances: readonly Utterance[], limit = 5): Reason[] {
  const reasons = utterances.flatMap((utterance) => {
    const marks = utteranceMarks([suggestion], utterance.segment_id)
    return joined(marks).map((mark) => ({
      text: slice(utterance.text, mark),
      kind: mark.kind,
      segmentId: utterance.segment_id,
    }))
  })
  const seen = new Set<string>()
  return reasons
    .filter((reason) => {
      const isNew = reason.text.trim() !== '' && !seen.has(reason.text)
      seen.add(reason.text)
      return isNew
    })
    .slice(0, limit)
}

/** Marks of one utterance: what it shares with the given suggestions. */
export function utteranceMarks(suggestions: readonly Suggestion[], segmentId: string): MarkedRange[] {
  return suggestions.flatMap((suggestion) =>
    suggestion.matches.flatMap((match) =>
      match.segment_id === segmentId && match.utterance_span !== null
        ? [{ ...match.utterance_span, kind: match.kind }]
        : [],
    ),
  )
}

/** Marks of one field of a card or case, by the server's offsets. */
export function fieldMarks(suggestion: Suggestion, field: CardMatch['field'], index = 0): MarkedRange[] {
  return suggestion.matches
    .filter((match) => match.field === field && match.field_index === index)
    .map((match) => ({ ...match.field_span, kind: match.kind }))
}

function joined(marks: readonly MarkedRange[]): MarkedRange[] {
  const sorted = [...marks].sort((left, right) => left.start - right.start || right.end - left.end)
  const result: MarkedRange[] = []
  for (const mark of sorted) {
    const last = result.at(-1)
    if (last !== undefined && mark.start <= last.end) {
      last.end = Math.max(last.end, mark.end)
      // One word that agrees in its characters makes the run a quotation.
      if (mark.kind === 'exact') last.kind = 'exact'
    } else {
      result.push({ ...mark })
    }
  }
  return result
}
