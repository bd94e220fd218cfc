import { useTranslation } from '@/i18n/useTranslation'

import type { CategoryModelView } from '@/api/types'

import { axisStart, polyline } from './figures'

const [WIDTH, HEIGHT] = [720, 84]
const SHOWN = 40

/** Accuracy of the models in the order they were learned; the live one is filled. */
export function History({ models }: { models: readonly CategoryModelView[] }) {
  const { t } = useTranslation()
  const measured = models
    .flatMap((model) => (model.quality === null ? [] : [{ model, accuracy: model.quality.accuracy }]))
    .slice(0, SHOWN)
    .reverse()
  if (measured.length < 2) return null
  const low = axisStart(measured.map(({ accuracy }) => accuracy))
  const points = measured.map(({ model, accuracy }, index) => ({
    model,
    x: 16 + (index / (measured.length - 1)) * (WIDTH - 32),
    y: 12 + ((1 - accuracy) / (1 - low || 1)) * (HEIGHT - 34),
  }))
  return (
    <svg className="models__history" viewBox={`0 0 ${WIDTH} ${HEIGHT}`} role="img" aria-label={t('models.drawn')}>
      <polyline points={polyline(points)} className="models__line" />
      {points.map(({ model, x, y }) => (
        <g key={model.number}>
          <circle cx={x} cy={y} r={4} className={model.state === 'live' ? 'models__dot is-live' : 'models__dot'} />
          <text x={x} y={HEIGHT - 4} textAnchor="middle">
            {model.number}
          </text>
        </g>
      ))}
    </svg>
  )
}
