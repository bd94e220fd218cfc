import { useMemo } from 'react'

import { useTranslation } from '@/i18n/useTranslation'
import { Chart } from '@/ui/Chart'
import { localTime } from '@/ui/format'

import type { Point } from './chart'
import { MEASURES } from './chart'

/** How the test questions fared over the runs; the table beside it has the same numbers. */
export function RunChart({ points }: { points: readonly Point[] }) {
  const { t } = useTranslation()
  const series = useMemo(
    () =>
      MEASURES.map((measure) => ({
        name: t(`tests.measure_${measure}`),
        points: points.map((point) => [localTime(point.run.at), point.figures[measure]] as const),
      })),
    [points, t],
  )
  if (points.length === 0) return null
  return <Chart label={t('tests.chart', { count: points.length })} axis="names" series={series} />
}
