import { useState } from 'react'

import { answerItem } from '@/api/queries/training'
import type { AttemptItem, GradedAnswer } from '@/api/types'
import { problemText } from '@/i18n/problemText'
import { useTranslation } from '@/i18n/useTranslation'
import { Button } from '@/ui/Button'
import { useSaving } from '@/ui/useSaving'

export interface AnswerFormProps {
  attemptId: string
  item: AttemptItem
  /** An answer is still taken. */
  isOpen: boolean
  onAnswered: (graded: GradedAnswer) => void
}

/** A question with choices. */
export function ChoiceForm({ attemptId, item, isOpen, onAnswered }: AnswerFormProps) {
  const { t } = useTranslation()
  const [choice, setChoice] = useState<number | null>(null)
  const saving = useSaving((chosen: number) => answerItem(attemptId, { item_id: item.id, choice: chosen }), {
    onSaved: onAnswered,
  })
  return (
    <form
      className="learning__form"
      onSubmit={(event) => {
        event.preventDefault()
        if (choice !== null) saving.save(choice)
      }}
    >
      {item.choices.map((text, index) => (
        <label key={`${index}-${text}`}>
          <input
            type="radio"
            name={`choice-${item.id}`}
            disabled={!isOpen}
            checked={choice === index}
            onChange={() => {
              setChoice(index)
            }}
          />{' '}
          {text}
        </label>
      ))}
      {isOpen && (
        <Button type="submit" tone="primary" disabled={choice === null || saving.isPending}>
          {t('learning.answer')}
        </Button>
      )}
      {saving.problem !== null && (
        <span className="field__error" role="alert">
          {problemText(t, saving.problem)}
        </span>
      )}
    </form>
  )
}
