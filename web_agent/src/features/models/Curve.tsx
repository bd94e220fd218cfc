import { useQuery } from '@tanstack/react-query'
import { useTranslation } from '@/i18n/useTranslation'

import { categoriesQuery } from '@/api/queries/knowledge'
import type { ModelQuality } from '@/api/types'
import { Chart } from '@/ui/Chart'

import { categoryName } from './categoryName'
import { axisStart, share } from './figures'

/** Risk and coverage: how right the surest answers are, the more of them are given. */
export function Curve({ number, quality }: { number: number; quality: ModelQuality }) {
  const { t, i18n } = useTranslation()
  const tree = useQuery(categoriesQuery).data
  const name = (categoryId: string) => categoryName(tree, categoryId, i18n.language)
  const low = axisStart(quality.curve.map((point) => point.accuracy))
  const series = [
    {
      name: t('models.accuracy'),
      points: quality.curve.map((point) => [point.coverage, point.accuracy] as const),
    },
  ]
  return (
    <section className="panel models__curve" aria-labelledby="models-curve">
      <div className="panel__head">
        <h2 id="models-curve" className="panel__title">
          {t('models.curve', { number })}
        </h2>
      </div>
      <div className="models__body">
        <Chart label={t('models.curve_label')} axis="share" least={low} markedAt={quality.coverage} series={series} />
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
