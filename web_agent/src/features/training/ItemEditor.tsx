import { clipAudio } from '@/api/queries/training'
import type { ClipView, LessonItem } from '@/api/types'
import { useTranslation } from '@/i18n/useTranslation'
import { Button } from '@/ui/Button'
import { Field } from '@/ui/Field'

import { ClipCard } from './ClipList'

interface ItemEditorProps {
  item: LessonItem
  /** Of a clip; null while clips are loaded. */
  clip: ClipView | null
  onChange: (item: LessonItem) => void
  onRemove: () => void
  onUp?: () => void
}

const PARTS = ['card', 'category', 'fields', 'next_question'] as const

/** One part of a lesson as its trainer writes it. */
export function ItemEditor({ item, clip, onChange, onRemove, onUp }: ItemEditorProps) {
  const { t } = useTranslation()
  return (
    <section className="panel lesson__item" aria-label={t(`lesson.item_${item.kind}`)}>
      <div className="lesson__bar">
        <b>{t(`lesson.item_${item.kind}`)}</b>
        {item.kind === 'exercise' && <span>{t('lesson.turn', { number: item.turn + 1 })}</span>}
        {onUp !== undefined && (
          <Button isSmall onClick={onUp}>
            {t('lesson.up')}
          </Button>
        )}
        <Button isSmall tone="quiet" onClick={onRemove}>
          {t('lesson.take_out')}
        </Button>
      </div>
      {clip !== null && <ClipCard clip={clip} source={clipAudio(clip.id)} />}
      {item.kind === 'question' && <Question item={item} onChange={onChange} />}
      {item.kind === 'exercise' && (
        <fieldset className="call-search__moments">
          <legend>{t('lesson.asks')}</legend>
          {PARTS.map((part) => (
            <label key={part}>
              <input
                type="checkbox"
                checked={item.asks.includes(part)}
                onChange={(event) => {
                  const asks = PARTS.filter((known) =>
                    known === part ? event.target.checked : item.asks.includes(known),
                  )
                  if (asks.length > 0) onChange({ ...item, asks })
                }}
              />{' '}
              {t(`practice.${part}`)}
            </label>
          ))}
        </fieldset>
      )}
      {item.kind !== 'question' && (
        <Field
          label={t('lesson.note')}
          value={item.note}
          maxLength={2000}
          error={null}
          onChange={(event) => {
            onChange({ ...item, note: event.target.value })
          }}
        />
      )}
    </section>
  )
}

type QuestionItem = Extract<LessonItem, { kind: 'question' }>

function Question({ item, onChange }: { item: QuestionItem; onChange: (item: QuestionItem) => void }) {
  const { t } = useTranslation()
  return (
    <>
      <Field
        label={t('lesson.question')}
        value={item.text}
        maxLength={300}
        error={null}
        onChange={(event) => {
          onChange({ ...item, text: event.target.value })
        }}
      />
      <label className="field">
        <span className="field__label">{t('lesson.choices')}</span>
        <textarea
          className="input"
          rows={4}
          value={item.choices.join('\n')}
          onChange={(event) => {
            const choices = event.target.value.split('\n').slice(0, 6)
            onChange({ ...item, choices, right: Math.min(item.right, choices.length - 1) })
          }}
        />
      </label>
      <label className="field">
        <span className="field__label">{t('lesson.right')}</span>
        <select
          className="input"
          value={item.right}
          onChange={(event) => {
            onChange({ ...item, right: Number(event.target.value) })
          }}
        >
          {item.choices.map((choice, index) => (
            <option key={`${index}-${choice}`} value={index}>
              {choice}
            </option>
          ))}
        </select>
      </label>
      <Field
        label={t('lesson.explanation')}
        value={item.explanation}
        maxLength={2000}
        error={null}
        onChange={(event) => {
          onChange({ ...item, explanation: event.target.value })
        }}
      />
    </>
  )
}
