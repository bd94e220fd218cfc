import { useRef, useState } from 'react'
import { useTranslation } from '@/i18n/useTranslation'

import { useChooseCategory } from '@/api/queries/categories'
import type { CategoryChosen, CategoryRanking, RankedCategory } from '@/api/types'
import { Button } from '@/ui/Button'
import { percent } from '@/ui/format'
import { useShortcut } from '@/ui/shortcuts'

import { CategoryPicker } from './CategoryPicker'
import { isDangerous } from './danger'
import { useCategoryNames } from './useCategoryNames'

import './CategoryPanel.css'

interface CategoryPanelProps {
  callId: string
  sector: string | null
  ranking: CategoryRanking | null
  chosen: CategoryChosen | null
  isOver: boolean
  canChoose: boolean
  onChosen: (chosen: CategoryChosen) => void
}

const USUAL_BUSINESS_TYPE = 'enquiry'

/** Where the work order belongs: the agent's own choice, else one answer with its probability, or "not sure yet". */
export function CategoryPanel(props: CategoryPanelProps) {
  const { callId, sector, ranking, chosen, isOver, canChoose, onChosen } = props
  const { t } = useTranslation()
  const [isChoosing, setIsChoosing] = useState(false)
  const opener = useRef<HTMLButtonElement>(null)
  const choose = useChooseCategory(callId)
  const close = () => {
    setIsChoosing(false)
    opener.current?.focus()
  }
  const pick = (categoryId: string) => {
    choose.mutate(categoryId, {
      onSuccess: (recorded) => {
        onChosen(recorded)
        close()
      },
    })
  }
  const toggle = () => {
    choose.reset()
    setIsChoosing(!isChoosing)
  }
  useShortcut({ chord: 'G', group: 'call', label: t('category.choose'), run: toggle, isEnabled: canChoose })
  return (
    <section className="panel category" aria-labelledby="category-title">
      <div className="panel__head">
        <h2 id="category-title" className="panel__title">
          {t('category.title')}
        </h2>
        {canChoose && (
          <Button isSmall chord="G" ref={opener} aria-expanded={isChoosing} onClick={toggle}>
            {t(chosen === null ? 'category.choose' : 'category.choose_again')}
          </Button>
        )}
      </div>
      <div className="category__body">
        {isChoosing && (
          <CategoryPicker
            ranking={ranking}
            sector={sector}
            businessType={chosen?.business_type ?? ranking?.categories[0]?.business_type ?? USUAL_BUSINESS_TYPE}
            isPending={choose.isPending}
            error={choose.error}
            onPick={pick}
            onClose={close}
          />
        )}
        {chosen === null ? <Ranked ranking={ranking} isOver={isOver} /> : <Chosen chosen={chosen} ranking={ranking} />}
      </div>
    </section>
  )
}

function Ranked({ ranking, isOver }: { ranking: CategoryRanking | null; isOver: boolean }) {
  const { t } = useTranslation()
  const best = ranking?.categories[0]
  if (ranking === null || best === undefined)
    return <p className="category__unsure">{t(isOver ? 'category.none_ended' : 'category.none')}</p>
  if (ranking.has_abstained) return <Unsure categories={ranking.categories} />
  return <Decided best={best} others={ranking.categories.slice(1, 4)} />
}

/** What a person decided stands on top; the ranking goes on below it, small. */
function Chosen({ chosen, ranking }: { chosen: CategoryChosen; ranking: CategoryRanking | null }) {
  const { t } = useTranslation()
  const names = useCategoryNames()(chosen)
  return (
    <>
      <p className="category__type">
        {names.businessType}
        <span className="tag tag--accent">{t('category.chosen_by', { name: chosen.chosen_by })}</span>
        {isDangerous(chosen.situation) && <span className="tag tag--danger">⚠ {t('category.danger')}</span>}
      </p>
      <p className="category__best">{names.situation}</p>
      <p className="category__path">{names.path.join(' › ')}</p>
      {ranking !== null && ranking.categories.length > 0 && (
        <>
          <h3 className="category__label">{t('category.ranked')}</h3>
          <Alternatives categories={ranking.categories.slice(0, 3)} />
        </>
      )}
    </>
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
