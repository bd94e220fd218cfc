import { useState } from 'react'

import { useTranslation } from '@/i18n/useTranslation'
import { ListPage } from '@/ui/ListPage'
import { Segmented } from '@/ui/Segmented'

import { CallSearch } from './CallSearch'
import { ClipList } from './ClipList'
import { LessonList } from './LessonList'

import './Training.css'

const VIEWS = ['search', 'hardest', 'best', 'clips', 'lessons'] as const
type View = (typeof VIEWS)[number]

/** The trainer's room: find calls, cut clips, make lessons. */
export function TrainingPage() {
  const { t } = useTranslation()
  const [view, setView] = useState<View>('search')
  return (
    <ListPage
      title={t('training.title')}
      actions={
        <Segmented
          legend={t('training.view')}
          isLegendHidden
          value={view}
          options={VIEWS.map((value) => ({ value, label: t(`training.view_${value}`) }))}
          onChange={setView}
        />
      }
    >
      {view === 'clips' && <ClipList />}
      {view === 'lessons' && <LessonList />}
      {view === 'search' && <CallSearch order="newest" />}
      {(view === 'hardest' || view === 'best') && (
        <>
          <p className="training__formula">{t(`training.formula_${view}`)}</p>
          <CallSearch key={view} order={view} />
        </>
      )}
    </ListPage>
  )
}
