import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { useParams } from 'react-router'

import {
  clipsQuery,
  lessonQuery,
  publishLesson,
  retireLesson,
  saveLesson,
  useTrainingChanged,
} from '@/api/queries/training'
import type { ClipView, LessonDraft, LessonEdit, LessonHead, LessonItem } from '@/api/types'
import { problemText } from '@/i18n/problemText'
import { useTranslation } from '@/i18n/useTranslation'
import { Button } from '@/ui/Button'
import { Field } from '@/ui/Field'
import { ListPage } from '@/ui/ListPage'
import { Banner, Empty, Failure, Loading } from '@/ui/states'
import { useGo } from '@/ui/useGo'
import { useSaving } from '@/ui/useSaving'

import { AddClips } from './AddClips'
import { ItemEditor } from './ItemEditor'
import { newId } from './newId'

import './Training.css'

const EMPTY: LessonDraft = {
  title: '',
  description: '',
  is_exam: false,
  pass_mark: 60,
  max_attempts: 0,
  skill: '',
  items: [],
  base_version: 0,
}

/** Makes a lesson or an exam: its parts left in their order, clips and exercises to add on the right. */
export function LessonPage() {
  const { lessonId = 'new' } = useParams()
  return lessonId === 'new' ? <Editor key="new" draft={EMPTY} lesson={null} /> : <Known lessonId={lessonId} />
}

function Known({ lessonId }: { lessonId: string }) {
  const lesson = useQuery(lessonQuery(lessonId))
  if (lesson.isPending) return <Loading />
  if (lesson.isError) return <Failure error={lesson.error} onRetry={lesson.refetch} />
  return <Editor key={lesson.data.lesson.version} draft={draftOf(lesson.data)} lesson={lesson.data.lesson} />
}

const draftOf = ({ lesson, items }: LessonEdit): LessonDraft => ({
  title: lesson.title,
  description: lesson.description,
  is_exam: lesson.is_exam,
  pass_mark: lesson.pass_mark,
  max_attempts: lesson.max_attempts,
  skill: lesson.skill,
  items,
  base_version: lesson.version,
})

function Editor({ draft: first, lesson }: { draft: LessonDraft; lesson: LessonHead | null }) {
  const { t } = useTranslation()
  const go = useGo()
  const changed = useTrainingChanged()
  const [draft, setDraft] = useState(first)
  const clips = useQuery(clipsQuery)
  const saving = useSaving(
    async ({ publishes }: { publishes: boolean }) => {
      const saved = await saveLesson(draft, lesson?.id ?? null)
      return publishes ? await publishLesson(saved.lesson.id) : saved.lesson
    },
    {
      onSaved: (saved) => {
        void changed()
        if (lesson === null) go(`/training/lessons/${saved.id}`)
      },
    },
  )
  const retiring = useSaving(retireLesson, { onSaved: () => void changed() })
  const change = (changes: Partial<LessonDraft>) => {
    setDraft({ ...draft, ...changes })
  }
  const add = (item: LessonItem) => {
    change({ items: [...draft.items, item] })
  }
  const canSave = draft.title.trim() !== '' && !saving.isPending
  return (
    <ListPage
      title={lesson === null ? t('lesson.new') : lesson.title}
      actions={
        <span className="lesson__bar">
          {lesson !== null && <span className="tag">{t(`lesson.state_${lesson.state}`)}</span>}
          <Button
            disabled={!canSave}
            onClick={() => {
              saving.save({ publishes: false })
            }}
          >
            {t('lesson.save')}
          </Button>
          <Button
            tone="primary"
            disabled={!canSave || draft.items.length === 0}
            onClick={() => {
              saving.save({ publishes: true })
            }}
          >
            {t('lesson.publish')}
          </Button>
          {lesson?.state === 'published' && (
            <Button
              onClick={() => {
                retiring.save(lesson.id)
              }}
            >
              {t('lesson.retire')}
            </Button>
          )}
        </span>
      }
    >
      {saving.problem !== null && <Banner tone="problem">{problemText(t, saving.problem)}</Banner>}
      {retiring.problem !== null && <Banner tone="problem">{problemText(t, retiring.problem)}</Banner>}
      <div className="lesson">
        <div>
          <Head draft={draft} onChange={change} />
          <ol className="lesson__items" aria-label={t('lesson.items')}>
            {draft.items.map((item, index) => (
              <li key={item.id}>
                <ItemEditor
                  item={item}
                  clip={clipOf(item, clips.data?.items ?? [])}
                  onChange={(next) => {
                    change({ items: draft.items.with(index, next) })
                  }}
                  onRemove={() => {
                    change({ items: draft.items.toSpliced(index, 1) })
                  }}
                  {...(index > 0 && {
                    onUp: () => {
                      change({ items: draft.items.toSpliced(index - 1, 2, item, draft.items[index - 1] ?? item) })
                    },
                  })}
                />
              </li>
            ))}
          </ol>
          {draft.items.length === 0 && <Empty title={t('lesson.empty')} hint={t('lesson.empty_hint')} />}
        </div>
        <aside className="panel lesson__part" aria-label={t('lesson.add')}>
          <h2 className="panel__title">{t('lesson.add')}</h2>
          <Button
            onClick={() => {
              add({ kind: 'question', id: newId(), text: '?', choices: ['A', 'B'], right: 0, explanation: '' })
            }}
          >
            {t('lesson.add_question')}
          </Button>
          <AddClips clips={clips.data?.items ?? []} onAdd={add} />
        </aside>
      </div>
    </ListPage>
  )
}

const clipOf = (item: LessonItem, clips: readonly ClipView[]): ClipView | null =>
  item.kind === 'clip' ? (clips.find((clip) => clip.id === item.clip_id) ?? null) : null

function Head({ draft, onChange }: { draft: LessonDraft; onChange: (changes: Partial<LessonDraft>) => void }) {
  const { t } = useTranslation()
  return (
    <section className="panel lesson__part" aria-label={t('lesson.about')}>
      <Field
        label={t('lesson.title')}
        value={draft.title}
        required
        maxLength={200}
        error={null}
        onChange={(event) => {
          onChange({ title: event.target.value })
        }}
      />
      <label className="field">
        <span className="field__label">{t('lesson.description')}</span>
        <textarea
          className="input"
          rows={2}
          maxLength={2000}
          value={draft.description}
          onChange={(event) => {
            onChange({ description: event.target.value })
          }}
        />
      </label>
      <div className="lesson__fields">
        <label className="field">
          <span className="field__label">{t('lesson.kind')}</span>
          <select
            className="input"
            value={draft.is_exam ? 'exam' : 'lesson'}
            onChange={(event) => {
              onChange({ is_exam: event.target.value === 'exam' })
            }}
          >
            <option value="lesson">{t('lesson.lesson')}</option>
            <option value="exam">{t('lesson.exam')}</option>
          </select>
        </label>
        <Field
          label={t('lesson.pass_mark')}
          type="number"
          min={0}
          max={100}
          value={draft.pass_mark}
          error={null}
          onChange={(event) => {
            onChange({ pass_mark: whole(event.target.valueAsNumber) })
          }}
        />
        <Field
          label={t('lesson.max_attempts')}
          type="number"
          min={0}
          max={20}
          value={draft.max_attempts}
          error={null}
          onChange={(event) => {
            onChange({ max_attempts: whole(event.target.valueAsNumber) })
          }}
        />
        {draft.is_exam && (
          <Field
            label={t('lesson.skill')}
            maxLength={60}
            value={draft.skill}
            error={null}
            onChange={(event) => {
              onChange({ skill: event.target.value })
            }}
          />
        )}
      </div>
    </section>
  )
}

const whole = (value: number): number => (Number.isFinite(value) ? Math.round(value) : 0)
