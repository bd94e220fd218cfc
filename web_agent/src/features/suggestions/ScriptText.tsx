import { useTranslation } from '@/i18n/useTranslation'

import type { Range } from '@/ui/text'
import { slice } from '@/ui/text'

/** The text to read aloud, without any highlight; sentences that were said carry a tick. */
export function ScriptText({ script, said }: { script: string; said: readonly Range[] }) {
  return partsOf(script, said).map((part) =>
    part.isSaid ? (
      <span key={part.start} className="is-said">
        <SaidTick />
        {part.text}
      </span>
    ) : (
      <span key={part.start}>{part.text}</span>
    ),
  )
}

/** Says, also to a screen reader, that a line was said. */
export function SaidTick() {
  const { t } = useTranslation()
  return (
    <span className="tick" role="img" aria-label={t('card.said')}>
      ✓
    </span>
  )
}

interface Part {
  start: number
  text: string
  isSaid: boolean
}

function partsOf(script: string, said: readonly Range[]): Part[] {
  const end = Array.from(script).length
  const parts: Part[] = []
  let at = 0
  for (const range of [...said].sort((left, right) => left.start - right.start)) {
    if (range.start > at) parts.push({ start: at, text: slice(script, { start: at, end: range.start }), isSaid: false })
    parts.push({ start: range.start, text: slice(script, range), isSaid: true })
    at = range.end
  }
  if (at < end) parts.push({ start: at, text: slice(script, { start: at, end }), isSaid: false })
  return parts
}
