import type { MarkedRange } from './text'
import { cut } from './text'

/** Text with the words that caller and entry share. */
export function Marked({ text, marks }: { text: string; marks: readonly MarkedRange[] }) {
  if (marks.length === 0) return text
  return cut(text, marks).map((piece, index) =>
    piece.kind === null ? (
      piece.text
    ) : (
      <mark key={index} className={`mark--${piece.kind}`}>
        {piece.text}
      </mark>
    ),
  )
}
