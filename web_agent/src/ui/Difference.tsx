import type { DifferencePart } from '@/api/types'
import { useTranslation } from '@/i18n/useTranslation'

import './Difference.css'

/** The words in which two texts differ; struck through on the left side, marked on the right. */
export function Difference({ parts }: { parts: readonly DifferencePart[] }) {
  const { t } = useTranslation()
  return (
    <section aria-labelledby="difference-title">
      <h3 id="difference-title" className="entry__label">
        {t('common.difference')}
      </h3>
      <p className="difference">
        <DifferenceText parts={parts} />
      </p>
    </section>
  )
}

/** The words alone, for a place that has its own heading; stands inside an element of the class `difference`. */
export function DifferenceText({ parts }: { parts: readonly DifferencePart[] }) {
  return parts.map((part, place) =>
    part.side === 'both' ? (
      part.text
    ) : part.side === 'left' ? (
      <del key={place}>{part.text}</del>
    ) : (
      <ins key={place}>{part.text}</ins>
    ),
  )
}
