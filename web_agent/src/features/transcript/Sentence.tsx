import type { TextChange } from '@/api/types'
import { useTranslation } from '@/i18n/useTranslation'
import type { MarkedRange } from '@/ui/text'
import type { WrittenPiece } from '@/ui/written'
import { writtenPieces } from '@/ui/written'

interface SentenceProps {
  text: string
  changes: readonly TextChange[]
  marks: readonly MarkedRange[]
  /** Both wordings stand side by side; otherwise the other one shows when the pointer rests on the words. */
  hasBoth: boolean
  /** Tells what the other wording is. */
  label: 'transcript.heard' | 'transcript.agent_saw'
}

/** A sentence with its marks; words that were first written otherwise are underlined. */
export function Sentence({ text, changes, marks, hasBoth, label }: SentenceProps) {
  const { t } = useTranslation()
  if (changes.length === 0 && marks.length === 0) return text
  return writtenPieces(text, changes, marks).map((piece, index) =>
    piece.heard === null ? (
      <Words key={index} piece={piece} />
    ) : (
      <span key={index} className="changed" title={t(label, { words: piece.heard })}>
        {hasBoth && piece.heard !== '' && <del className="changed__heard">{piece.heard}</del>}
        <Words piece={piece} />
      </span>
    ),
  )
}

function Words({ piece }: { piece: WrittenPiece }) {
  return piece.kind === null ? piece.text : <mark className={`mark--${piece.kind}`}>{piece.text}</mark>
}
