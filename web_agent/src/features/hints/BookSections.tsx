import type { ReactNode } from 'react'

import type { HintBook } from '@/api/types'
import { useTranslation } from '@/i18n/useTranslation'
import { Button } from '@/ui/Button'
import { ChoiceField } from '@/ui/ChoiceField'

import { BothField, NumberField, PhraseField } from './fields'
import type { SectionName } from './sections'
import { freeId } from './sections'
import { SituationFields } from './SituationFields'
import { Tracks } from './Tracks'

interface SectionProps {
  name: SectionName
  book: HintBook
  onChange: (book: HintBook) => void
}

const EMPTY = { zh: '', en: '' }

/** One part of the book, item by item; every item folds. */
export function Section({ name, book, onChange }: SectionProps) {
  const { t } = useTranslation()
  const steps = book.steps.map((step) => ({ value: step.id, label: step.name.zh }))
  const fresh = { name: { zh: t('hint_book.new_name'), en: 'New item' }, heard: [], unless: [] }
  switch (name) {
    case 'tracks':
      return <Tracks book={book} steps={steps} onChange={onChange} />
    case 'steps':
      return (
        <Items
          items={book.steps}
          onChange={(items) => {
            onChange({ ...book, steps: items })
          }}
          make={(items) => ({ ...fresh, id: freeId('step', items), say: EMPTY, repeats: false })}
          fields={(step, set) => (
            <>
              <BothField
                name="text"
                value={step.say}
                onChange={(say) => {
                  set({ ...step, say })
                }}
              />
              <label className="hint-books__check">
                <input
                  type="checkbox"
                  checked={step.repeats}
                  onChange={(event) => {
                    set({ ...step, repeats: event.target.checked })
                  }}
                />
                {t('hint_book.repeats')}
              </label>
            </>
          )}
        />
      )
    case 'forbidden':
      return (
        <Items
          items={book.forbidden}
          onChange={(items) => {
            onChange({ ...book, forbidden: items })
          }}
          make={(items) => ({ ...fresh, id: freeId('word', items), advice: EMPTY })}
          fields={(word, set) => (
            <BothField
              name="advice"
              value={word.advice}
              onChange={(advice) => {
                set({ ...word, advice })
              }}
            />
          )}
        />
      )
    case 'prompts':
      return (
        <Items
          items={book.prompts}
          onChange={(items) => {
            onChange({ ...book, prompts: items })
          }}
          make={(items) => ({
            ...fresh,
            id: freeId('prompt', items),
            advice: EMPTY,
            speaker: 'agent' as const,
            missing_step: book.steps[0]?.id ?? '',
          })}
          fields={(prompt, set) => (
            <>
              <BothField
                name="advice"
                value={prompt.advice}
                onChange={(advice) => {
                  set({ ...prompt, advice })
                }}
              />
              <ChoiceField
                label={t('hint_book.speaker')}
                value={prompt.speaker}
                options={(['agent', 'customer'] as const).map((value) => ({
                  value,
                  label: t(`hint_book.speaker_${value}`),
                }))}
                onChange={(speaker) => {
                  set({ ...prompt, speaker })
                }}
              />
              <ChoiceField
                label={t('hint_book.missing_step')}
                value={prompt.missing_step}
                options={steps}
                onChange={(missing_step) => {
                  set({ ...prompt, missing_step })
                }}
              />
            </>
          )}
        />
      )
    case 'anger':
      return (
        <>
          <BothField
            name="advice"
            value={book.anger_advice}
            onChange={(anger_advice) => {
              onChange({ ...book, anger_advice })
            }}
          />
          <Items
            items={book.anger}
            onChange={(items) => {
              onChange({ ...book, anger: items })
            }}
            make={(items) => ({ ...fresh, id: freeId('anger', items), points: 2 })}
            fields={(word, set) => (
              <NumberField
                label={t('hint_book.points')}
                value={word.points}
                min={1}
                max={5}
                onChange={(points) => {
                  set({ ...word, points })
                }}
              />
            )}
          />
        </>
      )
    case 'situations':
      return (
        <Items
          items={book.situations}
          onChange={(items) => {
            onChange({ ...book, situations: items })
          }}
          make={(items) => ({ ...fresh, id: freeId('situation', items), questions: [] })}
          fields={(situation, set) => <SituationFields situation={situation} onChange={set} />}
        />
      )
  }
}

interface Item {
  id: string
  name: { zh: string; en: string }
  heard: string[]
  unless: string[]
}

interface ItemsProps<One extends Item> {
  items: One[]
  onChange: (items: One[]) => void
  make: (items: One[]) => One
  fields: (item: One, set: (item: One) => void) => ReactNode
}

function Items<One extends Item>({ items, onChange, make, fields }: ItemsProps<One>) {
  const { t, i18n } = useTranslation()
  const language = i18n.language.startsWith('zh') ? 'zh' : 'en'
  return (
    <div className="hint-books__items">
      {items.map((item) => {
        const set = (next: One) => {
          onChange(items.map((known) => (known.id === item.id ? next : known)))
        }
        return (
          <details key={item.id} className="hint-books__item">
            <summary>
              <strong>{item.name[language]}</strong> <span className="field__hint">{item.heard.join(' / ')}</span>
            </summary>
            <div className="hint-books__item-fields">
              <BothField
                name="name"
                value={item.name}
                onChange={(name) => {
                  set({ ...item, name })
                }}
              />
              {fields(item, set)}
              <PhraseField
                label={t('hint_book.heard')}
                value={item.heard}
                onChange={(heard) => {
                  set({ ...item, heard })
                }}
              />
              <PhraseField
                label={t('hint_book.unless')}
                value={item.unless}
                onChange={(unless) => {
                  set({ ...item, unless })
                }}
              />
              <Button
                isSmall
                aria-label={t('hint_book.remove_named', { name: item.name[language] })}
                onClick={() => {
                  onChange(items.filter((known) => known.id !== item.id))
                }}
              >
                {t('hint_book.remove')}
              </Button>
            </div>
          </details>
        )
      })}
      <Button
        onClick={() => {
          onChange([...items, make(items)])
        }}
      >
        {t('hint_book.add')}
      </Button>
    </div>
  )
}
