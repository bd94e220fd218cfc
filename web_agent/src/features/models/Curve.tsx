import { useQuery } from '@tanstack/react-query'
import { useTranslation } from '@/i18n/useTranslation'

import { categoriesQuery } from '@/api/queries/knowledge'
import type { ModelQuality } from '@/api/types'

import { categoryName } from './categoryName'
import { axisStart, polyline, share } from './figures'

const [WIDTH, HEIGHT, LEFT, BOTTOM] = [320, 160, 40, 24]

/** Risk and coverage: how right the surest answers are, the more of them are given. */
export function Curve({ number, quality }: { number: number; quality: ModelQuality }) {
  const { t, i18n } = useTranslation()
  const tree = useQuery(categoriesQuery).data
  const name = (categoryId: string) => categoryName(tree, categoryId, i18n.language)
  const low = axisStart(quality.curve.map((point) => point.accuracy))
  const x = (coverage: number) => LEFT + coverage * (WIDTH - LEFT - 8)
  const y = (accuracy: number) => 8 + ((1 - accuracy) / (1 - low || 1)) * (HEIGHT - BOTTOM - 8)
  const points = quality.curve.map((point) => ({ x: x(point.coverage), y: y(point.accuracy) }))
  return (
    <section className="panel models__curve" aria-labelledby="models-curve">
      <div className="panel__head">
        <h2 id="models-curve" className="panel__title">
          {t('models.curve', { number })}
        </h2>
      </div>
      <div className="models__body">
        <svg viewBox={`0 0 ${WIDTH} ${HEIGHT}`} role="img" aria-label={t('models.curve_label')}>
          <line x1={LEFT} x2={WIDTH - 8} y1={y(low)} y2={y(low)} className="models__axis" />
          <line x1={LEFT} x2={LEFT} y1={8} y2={y(low)} className="models__axis" />
          <text x={4} y={14}>
            {share(1)}
          </text>
          <text x={4} y={y(low)}>
            {share(low)}
          </text>
          <text x={LEFT} y={HEIGHT - 6}>
            0
          </text>
          <text x={WIDTH - 8} y={HEIGHT - 6} textAnchor="end">
            {share(1)}
          </text>
          <line x1={x(quality.coverage)} x2={x(quality.coverage)} y1={8} y2={y(low)} className="models__threshold" />
          <polyline points={polyline(points)} className="models__line" />
        </svg>
        <p className="models__hint">
          {t('models.curve_hint', {
            coverage: share(quality.coverage),
            accuracy: share(quality.covered_accuracy ?? 0),
          })}
        </p>
        <h3 className="category__label">{t('models.confusions')}</h3>
        <ul className="models__confusions">
          {quality.confusions.slice(0, 6).map((confusion) => (
            <li key={`${confusion.right} ${confusion.answered}`}>
              <span title={`${confusion.right} → ${confusion.answered}`}>
                {`${name(confusion.right)} → ${name(confusion.answered)}`}
              </span>
              <span className="models__count">{confusion.count}</span>
            </li>
          ))}
        </ul>
      </div>
    </section>
  )
}
