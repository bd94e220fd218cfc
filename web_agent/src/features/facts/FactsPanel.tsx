import type { ReactNode } from 'react'
import { useState } from 'react'

import { asProblem } from '@/api/problem'
import { useEditFact } from '@/api/queries/facts'
import type { CallFact, QuestionProposed, RequiredField, Utterance } from '@/api/types'
import { problemText } from '@/i18n/problemText'
import { useTranslation } from '@/i18n/useTranslation'
import { Button } from '@/ui/Button'
import { clockTime } from '@/ui/format'
import { useShortcut } from '@/ui/shortcuts'
import { Banner } from '@/ui/states'

import { AskNext } from './AskNext'
import { FactEditor } from './FactEditor'
import type { FactField, Quote } from './fields'
import { FACT_FIELDS, quoteOf } from './fields'

import './Facts.css'

interface FactsPanelProps {
  callId: string
  facts: readonly CallFact[]
  utterances: readonly Utterance[]
  /** What the business type of the call needs and nothing has filled, in the order of the form. */
  missing: readonly RequiredField[]
  /** What separates the causes of the caller's trouble; asked before the fields. */
  question?: QuestionProposed | null
  canEdit: boolean
  onPoint: (segmentId: string) => void
  onEdited: (fact: CallFact) => void
  /** What is made of the facts. */
  children?: ReactNode
}

/** The form that fills while the caller speaks: every field with the sentence that proves it. */
export function FactsPanel(props: FactsPanelProps) {
  const { callId, facts, utterances, missing, question = null, canEdit, onPoint, onEdited, children } = props
  const { t } = useTranslation()
  const [editing, setEditing] = useState<FactField | null>(null)
  const edit = useEditFact(callId)
  const known = facts.filter((fact) => fact.value !== '')
  const next = missing[0]
  const ask = () => {
    setEditing(next?.fact ?? 'phone')
  }
  useShortcut({ chord: 'Alt+F', group: 'call', label: t('facts.fill_next'), run: ask, isEnabled: canEdit })
  const save = (field: FactField, value: string) => {
    edit.mutate(
      { field, value },
      {
        onSuccess: (fact) => {
          onEdited(fact)
          setEditing(null)
        },
      },
    )
  }
  const editor = (field: FactField, value: string) => (
    <FactEditor
      field={field}
      value={value}
      isPending={edit.isPending}
      onSave={(typed) => {
        save(field, typed)
      }}
      onCancel={() => {
        setEditing(null)
      }}
    />
  )
  const asked = missing.flatMap(({ fact }) => (fact === null ? [] : [fact]))
  const missingFacts = asked.filter((field) => !known.some((fact) => fact.field === field))
  const isAdding = editing !== null && !missingFacts.includes(editing) && !known.some((fact) => fact.field === editing)
  return (
    <section className="panel facts" aria-labelledby="facts-title">
      <div className="panel__head">
        <h2 id="facts-title" className="panel__title">
          {t('facts.title')}
        </h2>
        {canEdit && (
          <AddField
            taken={[...known.map((fact) => fact.field), ...missingFacts]}
            onAdd={(field) => {
              setEditing(field)
            }}
          />
        )}
      </div>
      <AskNext question={question} next={next} onPoint={onPoint} />
      {edit.isError && <Banner tone="problem">{problemText(t, asProblem(edit.error))}</Banner>}
      <dl className="facts__list">
        {known.map((fact) => (
          <div key={fact.field} className="facts__row">
            <dt>{t(`facts.field_${fact.field}`)}</dt>
            <dd>
              {editing === fact.field ? (
                editor(fact.field, fact.value)
              ) : (
                <Value
                  fact={fact}
                  isVague={asked.includes(fact.field)}
                  quote={quoteOf(fact, utterances)}
                  onPoint={onPoint}
                  {...(canEdit && {
                    onEdit: () => {
                      setEditing(fact.field)
                    },
                  })}
                />
              )}
            </dd>
          </div>
        ))}
        {missingFacts.map((field) => (
          <div key={field} className="facts__row">
            <dt>{t(`facts.field_${field}`)}</dt>
            <dd>
              {editing === field ? (
                editor(field, '')
              ) : (
                <span className="facts__missing">
                  <span className="tag tag--waiting">{t('facts.missing')}</span>
                  {canEdit && (
                    <Button
                      isSmall
                      tone="quiet"
                      title={t('facts.fill_named', { field: t(`facts.field_${field}`) })}
                      onClick={() => {
                        setEditing(field)
                      }}
                      {...(field === next?.fact && { chord: 'Alt+F' })}
                    >
                      {t('facts.fill')}
                    </Button>
                  )}
                </span>
              )}
            </dd>
          </div>
        ))}
        {isAdding && (
          <div className="facts__row">
            <dt>{t(`facts.field_${editing}`)}</dt>
            <dd>{editor(editing, '')}</dd>
          </div>
        )}
      </dl>
      {known.length === 0 && missing.length === 0 && <p className="facts__none">{t('facts.none')}</p>}
      {children}
    </section>
  )
}

interface ValueProps {
  fact: CallFact
  /** It was said, and leads nowhere yet. */
  isVague: boolean
  quote: Quote | null
  onPoint: (segmentId: string) => void
  onEdit?: () => void
}

function Value({ fact, isVague, quote, onPoint, onEdit }: ValueProps) {
  const { t } = useTranslation()
  const name = t(`facts.field_${fact.field}`)
  return (
    <>
      <span className="facts__value">
        <span>{fact.value}</span>
        {isVague && <span className="tag tag--waiting">{t('facts.vague')}</span>}
        {fact.is_confirmed && fact.edited_by === null && (
          <span className="tag tag--ready">✓ {t('facts.confirmed')}</span>
        )}
        {onEdit !== undefined && (
          <Button isSmall tone="quiet" aria-label={t('facts.edit_named', { field: name })} onClick={onEdit}>
            {t('facts.edit')}
          </Button>
        )}
      </span>
      {fact.edited_by !== null && <span className="field__hint">{t('facts.edited_by', { name: fact.edited_by })}</span>}
      {quote !== null && (
        <button
          type="button"
          className="facts__quote"
          title={t('facts.show_sentence', { field: name, at: clockTime(quote.atMs) })}
          onClick={() => {
            onPoint(quote.segmentId)
          }}
        >
          <time>← {clockTime(quote.atMs)}</time> {quote.before}
          <mark>{quote.words}</mark>
          {quote.after}
        </button>
      )}
    </>
  )
}

function AddField({ taken, onAdd }: { taken: readonly FactField[]; onAdd: (field: FactField) => void }) {
  const { t } = useTranslation()
  return (
    <select
      className="input facts__add"
      aria-label={t('facts.add')}
      value=""
      onChange={(event) => {
        if (event.target.value !== '') onAdd(event.target.value as FactField)
      }}
    >
      <option value="">{t('facts.add')}</option>
      {FACT_FIELDS.filter((field) => !taken.includes(field)).map((field) => (
        <option key={field} value={field}>
          {t(`facts.field_${field}`)}
        </option>
      ))}
    </select>
  )
}
