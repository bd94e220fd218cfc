/** Half-open range of Unicode code points, as the server counts them. */
export interface Range {
  start: number
  end: number
}

export interface MarkedRange extends Range {
  kind: MarkKind
}

export type MarkKind = 'exact' | 'pinyin' | 'synonym'

export interface Piece {
  text: string
  kind: MarkKind | null
}

const STRENGTH: Readonly<Record<MarkKind, number>> = { exact: 3, synonym: 2, pinyin: 1 }

/** Cuts a text at its marks; where marks overlap, the strongest reason wins. Ranges outside the text are cut off. */
export function cut(text: string, marks: readonly MarkedRange[]): Piece[] {
  const points = Array.from(text)
  const kinds = new Array<MarkKind | null>(points.length).fill(null)
  for (const mark of marks) {
    for (let at = Math.max(0, mark.start); at < Math.min(points.length, mark.end); at += 1) {
      const known = kinds[at] ?? null
      if (known === null || STRENGTH[mark.kind] > STRENGTH[known]) kinds[at] = mark.kind
    }
  }
  const pieces: Piece[] = []
  points.forEach((point, at) => {
    const kind = kinds[at] ?? null
    const last = pieces.at(-1)
    if (last?.kind === kind) last.text += point
    else pieces.push({ text: point, kind })
  })
  return pieces
}

export const slice = (text: string, range: Range): string => Array.from(text).slice(range.start, range.end).join('')

/** Marks of every occurrence of the terms in a text; for texts whose server offsets do not apply (markdown). */
export function marksOfTerms(text: string, terms: readonly string[]): MarkedRange[] {
  const points = Array.from(text)
  return terms.flatMap((term) => {
    const wanted = Array.from(term)
    if (wanted.length === 0) return []
    const found: MarkedRange[] = []
    for (let at = 0; at + wanted.length <= points.length; at += 1) {
      if (wanted.every((point, index) => points[at + index] === point)) {
        found.push({ start: at, end: at + wanted.length, kind: 'exact' })
      }
    }
    return found
  })
}
