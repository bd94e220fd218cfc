import { useQuery, useQueryClient } from '@tanstack/react-query'
import { useParams } from 'react-router'

import { attemptQuery, finishAttempt, itemAudio } from '@/api/queries/training'
import type { AttemptItem, AttemptView, GradedAnswer } from '@/api/types'
import { ClipCard } from '@/features/training/ClipList'
import { problemText } from '@/i18n/problemText'
import { useTranslation } from '@/i18n/useTranslation'
import { Button } from '@/ui/Button'
import { ListPage } from '@/ui/ListPage'
import { Banner, Failure, Loading } from '@/ui/states'
import { useSaving } from '@/ui/useSaving'

import { ChoiceForm } from './ChoiceForm'
import { ExerciseForm } from './ExerciseForm'
import { RolePlay } from './RolePlay'
import { Verdict } from './Verdict'

import './Learning.css'

/** One attempt at a lesson: its parts from top to bottom, each with its answer and what was right. */
export function AttemptPage() {
  const { attemptId = '' } = useParams()
  const attempt = useQuery(attemptQuery(attemptId))
  if (attempt.isPending) return <Loading />
  if (attempt.isError) return <Failure error={attempt.error} onRetry={attempt.refetch} />
  return <Attempt attempt={attempt.data} />
}

function Attempt({ attempt }: { attempt: AttemptView }) {
  const { t } = useTranslation()
  const client = useQueryClient()
  const key = attemptQuery(attempt.id).queryKey
  const finishing = useSaving(finishAttempt, {
    onSaved: (finished) => {
      client.setQueryData(key, finished)
      void client.invalidateQueries({ queryKey: ['training', 'lessons'] })
    },
  })
  const onAnswered = (graded: GradedAnswer) => {
    // Of what is there now: two answers may be on their way at once.
    client.setQueryData<AttemptView>(key, (now = attempt) => ({
      ...now,
      answers: [...now.answers.filter((known) => known.item_id !== graded.item_id), graded],
    }))
  }
  const asked = attempt.items.filter((item) => item.kind !== 'clip')
  const done = attempt.answers.filter((answer) => answer.is_done).length
  return (
    <ListPage
      title={attempt.title}
      actions={
        attempt.finished_at === null && (
          <Button
            tone="primary"
            disabled={finishing.isPending}
            onClick={() => {
              finishing.save(attempt.id)
            }}
          >
            {t('learning.finish', { done, all: asked.length })}
          </Button>
        )
      }
    >
      {finishing.problem !== null && <Banner tone="problem">{problemText(t, finishing.problem)}</Banner>}
      {attempt.finished_at !== null && (
        <Banner tone={attempt.has_passed === true ? 'ready' : 'waiting'}>
          {t(attempt.has_passed === true ? 'learning.passed' : 'learning.failed', {
            score: attempt.score,
            pass_mark: attempt.pass_mark,
          })}
        </Banner>
      )}
      {attempt.is_exam && attempt.finished_at === null && <Banner tone="plain">{t('learning.exam_hint')}</Banner>}
      <ol className="learning__list">
        {attempt.items.map((item, index) => (
          <li
            key={item.id}
            className="panel learning__item"
            aria-label={`${index + 1}. ${t(`lesson.item_${item.kind}`)}`}
          >
            <Item
              attempt={attempt}
              item={item}
              answer={attempt.answers.find((known) => known.item_id === item.id) ?? null}
              onAnswered={onAnswered}
            />
          </li>
        ))}
      </ol>
    </ListPage>
  )
}

interface ItemProps {
  attempt: AttemptView
  item: AttemptItem
  answer: GradedAnswer | null
  onAnswered: (graded: GradedAnswer) => void
}

function Item({ attempt, item, answer, onAnswered }: ItemProps) {
  const { t } = useTranslation()
  const isOpen = attempt.finished_at === null && !(attempt.is_exam && answer?.is_done === true)
  const form = { attemptId: attempt.id, item, isOpen, onAnswered }
  return (
    <>
      <h2 className="panel__title">{t(`lesson.item_${item.kind}`)}</h2>
      {item.text !== '' && item.kind !== 'clip' && <p className="learning__question">{item.text}</p>}
      {item.clip !== null && <ClipCard clip={item.clip} source={itemAudio(attempt.id, item.id, null)} />}
      {item.kind === 'question' && <ChoiceForm {...form} />}
      {item.kind === 'exercise' && <ExerciseForm {...form} />}
      {item.kind === 'role_play' && <RolePlay {...form} answer={answer} />}
      {answer !== null && <Verdict answer={answer} item={item} />}
    </>
  )
}
