import { useQuery } from '@tanstack/react-query'
import { useId, useRef, useState } from 'react'
import { useTranslation } from '@/i18n/useTranslation'

import { asProblem } from '@/api/problem'
import { goldQuestionsQuery, useAddQuestion, useRemoveQuestion } from '@/api/queries/knowledgeTests'
import type { GoldQuestion } from '@/api/types'
import { fieldText, problemText } from '@/i18n/problemText'
import { Button } from '@/ui/Button'
import { Failure, Loading } from '@/ui/states'

import './Tests.css'

interface GoldQuestionsProps {
  entryId: string
  variants: readonly string[]
  onTry: (question: string) => void
}

/** Test questions of an entry: kept at once, apart from the text's revisions. */
export function GoldQuestions({ entryId, variants, onTry }: GoldQuestionsProps) {
  const { t } = useTranslation()
  const questions = useQuery(goldQuestionsQuery(entryId))
  const input = useRef<HTMLInputElement>(null)
  const remove = useRemoveQuestion()
  if (questions.isPending) return <Loading lines={2} />
  if (questions.isError) return <Failure error={questions.error} onRetry={questions.refetch} />
  return (
    <>
      <AddQuestion entryId={entryId} variants={variants} input={input} />
      {questions.data.items.length === 0 && <p className="field__hint">{t('gold.none')}</p>}
      {remove.isError && <p className="field__error">{problemText(t, asProblem(remove.error))}</p>}
      <ul className="gold">
        {questions.data.items.map((question) => (
          <QuestionRow
            key={question.id}
            question={question}
            isPending={remove.isPending}
            onTry={onTry}
            onRemove={() => {
              remove.mutate(question.id)
              // The button that had the focus goes away with its row.
              input.current?.focus()
            }}
          />
        ))}
      </ul>
    </>
  )
}

interface QuestionRowProps {
  question: GoldQuestion
  isPending: boolean
  onTry: (question: string) => void
  onRemove: () => void
}

function QuestionRow({ question, isPending, onTry, onRemove }: QuestionRowProps) {
  const { t } = useTranslation()
  return (
    <li className="gold__row">
      <span className="gold__text">{question.text}</span>
      <span className="tag" title={question.author}>
        {t(`gold.origin_${question.origin}`)}
      </span>
      <Button
        isSmall
        tone="quiet"
        aria-label={t('gold.try_this', { text: question.text })}
        onClick={() => {
          onTry(question.text)
        }}
      >
        {t('gold.try')}
      </Button>
      <Button
        isSmall
        tone="quiet"
        disabled={isPending}
        aria-label={t('gold.remove_this', { text: question.text })}
        onClick={onRemove}
      >
        {t('upload.remove')}
      </Button>
    </li>
  )
}

interface AddQuestionProps {
  entryId: string
  variants: readonly string[]
  input: React.RefObject<HTMLInputElement | null>
}

function AddQuestion({ entryId, variants, input }: AddQuestionProps) {
  const { t } = useTranslation()
  const [text, setText] = useState('')
  const listId = useId()
  const add = useAddQuestion(entryId)
  const problem = add.isError ? asProblem(add.error) : null
  const submit = () => {
    const trimmed = text.trim()
    if (trimmed === '' || add.isPending) return
    const origin = variants.includes(trimmed) ? 'variant' : 'written'
    add.mutate(
      { text: trimmed, origin },
      {
        onSuccess: () => {
          setText('')
        },
      },
    )
  }
  return (
    <form
      className="gold__add"
      onSubmit={(event) => {
        event.preventDefault()
        submit()
      }}
    >
      <input
        ref={input}
        className="input"
        aria-label={t('gold.add_label')}
        placeholder={t('gold.placeholder')}
        maxLength={200}
        list={listId}
        value={text}
        onChange={(event) => {
          setText(event.target.value)
        }}
      />
      <datalist id={listId}>
        {variants.map((variant) => (
          <option key={variant} value={variant} />
        ))}
      </datalist>
      <Button type="submit" chord="Enter" disabled={add.isPending}>
        {t('gold.add')}
      </Button>
      {problem !== null && (
        <p className="field__error gold__error" role="alert">
          {problem.fields[0] === undefined ? problemText(t, problem) : fieldText(t, problem.fields[0])}
        </p>
      )}
    </form>
  )
}
