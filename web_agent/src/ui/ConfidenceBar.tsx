import { useTranslation } from '@/i18n/useTranslation'

import type { Confidence } from '@/api/types'

import './ConfidenceBar.css'

const STEPS: Readonly<Record<Confidence, number>> = { low: 1, medium: 2, high: 3 }

export function ConfidenceBar({ confidence }: { confidence: Confidence }) {
  const { t } = useTranslation()
  return (
    <span className="confidence">
      <span className="confidence__steps" aria-hidden="true">
        {[1, 2, 3].map((step) => (
          <i key={step} className={step <= STEPS[confidence] ? 'is-on' : ''} />
        ))}
      </span>
      <span className="visually-hidden">{t('card.confidence')}</span>
      {t(`card.confidence_${confidence}`)}
    </span>
  )
}
