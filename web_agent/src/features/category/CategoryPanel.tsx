import { useTranslation } from 'react-i18next'

import type { CategoryRanking, RankedCategory } from '@/api/types'
import { percent } from '@/ui/format'

import { isDangerous } from './danger'
import { useCategoryNames } from './useCategoryNames'

import './CategoryPanel.css'

/** Where the work order belongs: one answer with its probability, alternatives, or "not sure yet". */
export function CategoryPanel({ ranking, isOver }: { ranking: CategoryRanking | null; isOver: boolean }) {
  const { t } = useTranslation()
  const best = ranking?.categories[0]
  return (
    <section className="panel category" aria-labelledby="category-title">
      <div className="panel__head">
        <h2 id="category-title" className="panel__title">
          {t('category.title')}
        </h2>
      </div>
      <div className="category__body">
        {ranking === null || best === undefined ? (
          <p className="category__unsure">{t(isOver ? 'category.none_ended' : 'category.none')}</p>
        ) : ranking.has_abstained ? (
          <Unsure categories={ranking.categories} />
        ) : (
          <Decided best={best} others={ranking.categories.slice(1, 4)} />
        )}
      </div>
    </section>
  )
}

function Decided({ best, others }: { best: RankedCategory; others: readonly RankedCategory[] }) {
  const { t } = useTranslation()
  const names = useCategoryNames()(best)
  return (
    <>
      <p className="category__type">
        {names.businessType}
        {isDangerous(best.situation) && <span className="tag tag--danger">⚠ {t('category.danger')}</span>}
      </p>
      <p className="category__best">
        <span>{names.situation}</span>
        <span className="category__probability">{percent(best.probability)}</span>
      </p>
      <p className="category__path">{names.path.join(' › ')}</p>
      <Meter probability={best.probability} />
      {others.length > 0 && (
        <>
          <h3 className="category__label">{t('category.alternatives')}</h3>
          <Alternatives categories={others} />
        </>
      )}
    </>
  )
}

function Unsure({ categories }: { categories: readonly RankedCategory[] }) {
  const { t } = useTranslation()
  return (
    <>
      <p className="category__unsure">{t('category.unsure')}</p>
      <h3 className="category__label">{t('category.candidates')}</h3>
      <Alternatives categories={categories.slice(0, 3)} />
    </>
  )
}

function Alternatives({ categories }: { categories: readonly RankedCategory[] }) {
  const names = useCategoryNames()
  return (
    <ol className="category__list">
      {categories.map((category) => (
        <li key={category.category_id}>
          <span className="category__name">{`${names(category).businessType} › ${names(category).situation}`}</span>
          <span className="category__probability">{percent(category.probability)}</span>
        </li>
      ))}
    </ol>
  )
}

function Meter({ probability }: { probability: number }) {
  return (
    <span className="category__meter" aria-hidden="true">
      <span style={{ width: percent(probability) }} />
    </span>
  )
}
