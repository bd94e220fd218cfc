import { useTranslation } from '@/i18n/useTranslation'

import { percent } from '@/ui/format'

import type { Frame, Point } from './chart'
import { labelHeights, MEASURES, placesOf } from './chart'

const FRAME: Frame = { width: 640, height: 240, left: 34, right: 118, top: 10, bottom: 14 }
const GRID = [0, 0.25, 0.5, 0.75, 1]
const DASHES = { hit_at_1: '', hit_at_3: '6 3', mrr: '2 3', nothing_fits: '8 3 2 3' } as const
const LABEL_DISTANCE = 14

/** How the test questions fared over the runs; the table beside it has the same numbers. */
export function RunChart({ points }: { points: readonly Point[] }) {
  const { t } = useTranslation()
  const lines = MEASURES.map((measure) => ({ measure, places: placesOf(points, measure, FRAME) }))
  const heights = labelHeights(
    lines.map((line) => line.places.at(-1)?.y ?? 0),
    LABEL_DISTANCE,
  )
  const last = points.at(-1)
  if (last === undefined) return null
  return (
    <svg
      className="chart"
      viewBox={`0 0 ${FRAME.width} ${FRAME.height}`}
      role="img"
      aria-label={t('tests.chart', { count: points.length })}
    >
      {GRID.map((share) => {
        const y = FRAME.top + (FRAME.height - FRAME.top - FRAME.bottom) * (1 - share)
        return (
          <g key={share}>
            <line className="chart__grid" x1={FRAME.left} x2={FRAME.width - FRAME.right} y1={y} y2={y} />
            <text x={FRAME.left - 6} y={y + 4} textAnchor="end">
              {percent(share)}
            </text>
          </g>
        )
      })}
      {lines.map(({ measure, places }, index) => (
        <g key={measure} className={`chart__${measure}`}>
          <polyline points={places.map(({ x, y }) => `${x},${y}`).join(' ')} strokeDasharray={DASHES[measure]} />
          {places.map(({ x, y }) => (
            <circle key={x} cx={x} cy={y} r={2.5} />
          ))}
          <text x={FRAME.width - FRAME.right + 8} y={(heights[index] ?? 0) + 4}>
            {`${t(`tests.measure_${measure}`)} ${percent(last.figures[measure])}`}
          </text>
        </g>
      ))}
    </svg>
  )
}
