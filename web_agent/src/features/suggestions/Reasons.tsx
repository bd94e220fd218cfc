import { useTranslation } from '@/i18n/useTranslation'

import type { Reason } from './evidence'

/** "Because": the caller's own words; a press shows where they were said. */
export function Reasons({ reasons, onReason }: { reasons: readonly Reason[]; onReason?: (reason: Reason) => void }) {
  const { t } = useTranslation()
  return (
    <p className="reasons">
      <span className="reasons__label">{t('card.because')}</span>
      {reasons.map((reason) => {
        const words = <mark className={`mark--${reason.kind}`}>{reason.text}</mark>
        const hint = t(`card.match_${reason.kind}`)
        if (onReason === undefined || reason.segmentId === null) {
          return (
            <span key={reason.text} title={hint}>
              {words}
            </span>
          )
        }
        return (
          <button
            key={reason.text}
            type="button"
            className="reasons__word"
            title={hint}
            onClick={() => {
              onReason(reason)
            }}
          >
            {words}
          </button>
        )
      })}
    </p>
  )
}
