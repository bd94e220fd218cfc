import { useQuery } from '@tanstack/react-query'

import { lessonsQuery, ownSkillsQuery, startAttempt } from '@/api/queries/training'
import type { LessonHead } from '@/api/types'
import { StandingPanel } from '@/features/new-hires/StandingPanel'
import { problemText } from '@/i18n/problemText'
import { useTranslation } from '@/i18n/useTranslation'
import { Button } from '@/ui/Button'
import { ListPage } from '@/ui/ListPage'
import { Banner, Empty, Failure, Loading } from '@/ui/states'
import { useGo } from '@/ui/useGo'
import { useSaving } from '@/ui/useSaving'

import './Learning.css'

/** Lessons and exams for the person who looks: due ones first, then what has been passed. */
export function LearningPage() {
  const { t } = useTranslation()
  const go = useGo()
  const lessons = useQuery(lessonsQuery)
  const skills = useQuery(ownSkillsQuery)
  const starting = useSaving(startAttempt, {
    onSaved: (attempt) => {
      go(`/learning/${attempt.id}`)
    },
  })
  return (
    <ListPage title={t('learning.title')}>
      {starting.problem !== null && <Banner tone="problem">{problemText(t, starting.problem)}</Banner>}
      {lessons.isPending && <Loading />}
      {lessons.isError && <Failure error={lessons.error} onRetry={lessons.refetch} />}
      <StandingPanel />
      {skills.data !== undefined && skills.data.items.length > 0 && (
        <p aria-label={t('learning.skills')}>
          {skills.data.items.map((skill) => (
            <span key={skill.id} className={skill.state === 'confirmed' ? 'tag tag--ready' : 'tag'}>
              {skill.skill} · {t(`skills.state_${skill.state}`)}
            </span>
          ))}
        </p>
      )}
      {lessons.data !== undefined && (
        <Lessons
          lessons={lessons.data.items.filter((lesson) => lesson.state === 'published')}
          isPending={starting.isPending}
          onStart={starting.save}
        />
      )}
    </ListPage>
  )
}

interface LessonsProps {
  lessons: readonly LessonHead[]
  isPending: boolean
  onStart: (lessonId: string) => void
}

function Lessons({ lessons, isPending, onStart }: LessonsProps) {
  const { t } = useTranslation()
  if (lessons.length === 0) return <Empty title={t('learning.none')} hint={t('learning.none_hint')} />
  const ordered = lessons.toSorted((a, b) => Number(a.has_passed) - Number(b.has_passed))
  return (
    <ul className="learning__list">
      {ordered.map((lesson) => (
        <li key={lesson.id} className="panel learning__lesson">
          <div className="learning__head">
            <h2 className="panel__title">{lesson.title}</h2>
            <span className="tag">{t(lesson.is_exam ? 'lesson.exam' : 'lesson.lesson')}</span>
            {lesson.has_passed && <span className="tag tag--ready">{t('lesson.passed')}</span>}
          </div>
          {lesson.description !== '' && <p>{lesson.description}</p>}
          <p className="field__hint">
            {t('learning.about', {
              items: lesson.item_count,
              pass_mark: lesson.pass_mark,
              attempts: lesson.my_attempts,
              most: lesson.max_attempts === 0 ? '∞' : lesson.max_attempts,
              best: lesson.my_best ?? '–',
            })}
          </p>
          <Button
            tone="primary"
            disabled={isPending}
            aria-label={t('learning.start_named', { title: lesson.title })}
            onClick={() => {
              onStart(lesson.id)
            }}
          >
            {t('learning.start')}
          </Button>
        </li>
      ))}
    </ul>
  )
}
