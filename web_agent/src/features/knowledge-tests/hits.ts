import type { ExplainedHit } from '@/api/types'
import type { MarkedRange } from '@/ui/text'

/** How a hit moved between two lists: ranks from 1, null where it was not found. */
export interface Move {
  before: number | null
  after: number | null
}

export const isMoved = ({ before, after }: Move): boolean => before !== after

/** Where each document stands in both lists. */
export function movesOf(before: readonly ExplainedHit[], after: readonly ExplainedHit[]): Map<string, Move> {
  const moves = new Map<string, Move>()
  before.forEach((hit, index) => moves.set(hit.document_id, { before: index + 1, after: null }))
  after.forEach((hit, index) =>
    moves.set(hit.document_id, { before: moves.get(hit.document_id)?.before ?? null, after: index + 1 }),
  )
  return moves
}

/** What the hit shares with the question, in the question. */
export function questionMarks(hit: ExplainedHit): MarkedRange[] {
  return hit.matches.flatMap((match) =>
    match.utterance_span === null ? [] : [{ ...match.utterance_span, kind: match.kind }],
  )
}

/** What the hit shares with the question, in one of its texts. */
export function textMarks(hit: ExplainedHit, field: string, index: number): MarkedRange[] {
  return hit.matches
    .filter((match) => match.field === field && match.field_index === index)
    .map((match) => ({ ...match.field_span, kind: match.kind }))
}

/** Index of the first hit that is not trusted to answer; null when all are. */
export function firstBelow(hits: readonly ExplainedHit[], threshold: number): number | null {
  const index = hits.findIndex((hit) => hit.confidence < threshold)
  return index === -1 ? null : index
}
