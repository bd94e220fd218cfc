import type { MarkedRange, Piece, Range } from './text'
import { cut, slice } from './text'

/** A place of a text that is shown otherwise than it was first written. */
export interface Change extends Range {
  heard: string
  written: string
}

/** A part of a sentence as it is shown; `heard` where the recogniser wrote something else. */
export interface WrittenPiece extends Piece {
  heard: string | null
}

/** Cuts a sentence at its marks and changes; a changed place is one piece and takes the strongest mark inside it. */
export function writtenPieces(text: string, changes: readonly Change[], marks: readonly MarkedRange[]): WrittenPiece[] {
  const pieces: WrittenPiece[] = []
  let done = 0
  const keep = (end: number) => {
    if (end <= done) return
    const shifted = marks.map((mark) => ({ ...mark, start: mark.start - done, end: mark.end - done }))
    for (const piece of cut(slice(text, { start: done, end }), shifted)) pieces.push({ ...piece, heard: null })
  }
  for (const change of changes) {
    keep(change.start)
    const inside = marks.filter((mark) => mark.start < change.end && change.start < mark.end)
    const whole = inside.map((mark) => ({ ...mark, start: 0, end: 1 }))
    pieces.push({ text: change.written, kind: cut('x', whole)[0]?.kind ?? null, heard: change.heard })
    done = change.end
  }
  keep(Array.from(text).length)
  return pieces
}

/** A sentence as it is shown: words mended, spoken numbers as figures. */
export const writtenText = (sentence: { text: string; changes: readonly Change[] }): string =>
  writtenPieces(sentence.text, sentence.changes, [])
    .map((piece) => piece.text)
    .join('')
