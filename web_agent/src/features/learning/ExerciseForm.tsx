import { useState } from 'react'

import type { GivenAnswer } from '@/api/queries/training'
import { answerItem, itemAudio } from '@/api/queries/training'
import { problemText } from '@/i18n/problemText'
import { useTranslation } from '@/i18n/useTranslation'
import { Button } from '@/ui/Button'
import { useSaving } from '@/ui/useSaving'

import type { AnswerFormProps } from './ChoiceForm'
import { FIELDS } from './fields'

const NO_CARD = 'none'

/** Hear a turn of the caller, then decide: card, category, fields, next question. */
export function ExerciseForm({ attemptId, item, isOpen, onAnswered }: AnswerFormProps) {
  const { t } = useTranslation()
  const [given, setGiven] = useState<GivenAnswer>({ item_id: item.id, fields: [], next_question: '' })
  const [card, setCard] = useState('')
  const saving = useSaving(
    () => answerItem(attemptId, { ...given, card: card === '' || card === NO_CARD ? null : card }),
    { onSaved: onAnswered },
  )
  const change = (changes: Partial<GivenAnswer>) => {
    setGiven({ ...given, ...changes })
  }
  return (
    <form
      className="learning__form"
      onSubmit={(event) => {
        event.preventDefault()
        saving.save(undefined)
      }}
    >
      <ul className="clip__lines">
        {item.earlier.map((line) => (
          <li key={`${line.leg_role}-${line.start_ms}`}>
            <b>{t(`transcript.${line.leg_role}`)}</b> {line.text}
          </li>
        ))}
      </ul>
      {item.turn !== null && (
        <p className="learning__caller">
          <b>{t('transcript.customer')}</b> {item.turn.text}
        </p>
      )}
      {item.has_audio && (
        // eslint-disable-next-line jsx-a11y/media-has-caption -- rejected: the sentence above is its text.
        <audio controls preload="none" src={itemAudio(attemptId, item.id, null)} aria-label={t('learning.hear')} />
      )}
      <fieldset className="learning__parts" disabled={!isOpen}>
        <legend className="visually-hidden">{t('lesson.asks')}</legend>
        {item.asks.includes('card') && (
          <label className="field">
            <span className="field__label">{t('learning.ask_card')}</span>
            <select
              className="input"
              value={card}
              onChange={(event) => {
                setCard(event.target.value)
              }}
            >
              <option value="">{t('learning.choose')}</option>
              {item.cards.map((known) => (
                <option key={known.entry_id} value={known.entry_id}>
                  {known.title}
                </option>
              ))}
              <option value={NO_CARD}>{t('learning.no_card')}</option>
            </select>
          </label>
        )}
        {item.asks.includes('category') && (
          <label className="field">
            <span className="field__label">{t('learning.ask_category')}</span>
            <select
              className="input"
              value={given.category ?? ''}
              onChange={(event) => {
                change({ category: event.target.value === '' ? null : event.target.value })
              }}
            >
              <option value="">{t('learning.choose')}</option>
              {item.categories.map((known) => (
                <option key={known.category_id} value={known.category_id}>
                  {known.path.join(' › ')}
                </option>
              ))}
            </select>
          </label>
        )}
        {item.asks.includes('fields') && (
          <fieldset className="learning__fields">
            <legend>{t('learning.ask_fields')}</legend>
            {FIELDS.map((field) => (
              <label key={field}>
                <input
                  type="checkbox"
                  checked={given.fields?.includes(field) ?? false}
                  onChange={(event) => {
                    const others = (given.fields ?? []).filter((known) => known !== field)
                    change({ fields: event.target.checked ? [...others, field] : others })
                  }}
                />{' '}
                {t(`practice.field_${field}`)}
              </label>
            ))}
          </fieldset>
        )}
        {item.asks.includes('next_question') && (
          <label className="field">
            <span className="field__label">{t('learning.ask_next')}</span>
            <input
              className="input"
              maxLength={500}
              value={given.next_question ?? ''}
              onChange={(event) => {
                change({ next_question: event.target.value })
              }}
            />
          </label>
        )}
        {isOpen && (
          <Button type="submit" tone="primary" disabled={saving.isPending}>
            {t('learning.answer')}
          </Button>
        )}
      </fieldset>
      {saving.problem !== null && (
        <span className="field__error" role="alert">
          {problemText(t, saving.problem)}
        </span>
      )}
    </form>
  )
}
