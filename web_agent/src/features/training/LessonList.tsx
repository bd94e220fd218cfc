import { useQuery } from '@tanstack/react-query'
import { Link } from 'react-router'

import { lessonsQuery } from '@/api/queries/training'
import type { LessonHead } from '@/api/types'
import { useTranslation } from '@/i18n/useTranslation'
import type { Column } from '@/ui/DataTable'
import { DataTable } from '@/ui/DataTable'
import { localTime } from '@/ui/format'
import { Empty, Failure, Loading } from '@/ui/states'

/** Lessons and exams, drafts too. */
export function LessonList() {
  const { t } = useTranslation()
  const lessons = useQuery(lessonsQuery)
  if (lessons.isPending) return <Loading />
  if (lessons.isError) return <Failure error={lessons.error} onRetry={lessons.refetch} />
  const columns: Column<LessonHead>[] = [
    {
      key: 'title',
      title: t('lesson.title'),
      isMain: true,
      render: (lesson) => <Link to={`/training/lessons/${lesson.id}`}>{lesson.title}</Link>,
    },
    { key: 'kind', title: t('lesson.kind'), render: (lesson) => t(lesson.is_exam ? 'lesson.exam' : 'lesson.lesson') },
    { key: 'state', title: t('lesson.state'), render: (lesson) => t(`lesson.state_${lesson.state}`) },
    { key: 'items', title: t('lesson.items'), isNumber: true, render: (lesson) => lesson.item_count },
    { key: 'author', title: t('lesson.author'), render: (lesson) => lesson.author_name },
    { key: 'updated', title: t('lesson.updated'), render: (lesson) => localTime(lesson.updated_at) },
    {
      key: 'results',
      title: t('lesson.results'),
      render: (lesson) => <Link to={`/training/lessons/${lesson.id}/results`}>{t('lesson.results')}</Link>,
    },
  ]
  return (
    <>
      <p className="lesson__bar">
        <Link className="button button--primary" to="/training/lessons/new">
          {t('lesson.new')}
        </Link>
      </p>
      {lessons.data.items.length === 0 ? (
        <Empty title={t('lesson.none')} hint={t('lesson.none_hint')} />
      ) : (
        <section className="panel">
          <DataTable
            caption={t('lesson.list')}
            columns={columns}
            rows={lessons.data.items}
            keyOf={(lesson) => lesson.id}
          />
        </section>
      )}
    </>
  )
}
