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
        {parts.map((part, place) =>
          part.side === 'both' ? (
            part.text
          ) : part.side === 'left' ? (
            <del key={place}>{part.text}</del>
          ) : (
            <ins key={place}>{part.text}</ins>
          ),
        )}
      </p>
    </section>
  )
}
