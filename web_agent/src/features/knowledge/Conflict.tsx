import { useState } from 'react'

import type { RevisionDetail } from '@/api/types'
import { useTranslation } from '@/i18n/useTranslation'
import { Button } from '@/ui/Button'
import { Banner } from '@/ui/states'

import type { FieldName, FormValues } from './draft'
import { conflictsOf, valuesOf } from './draft'

import './Conflict.css'

interface ConflictProps {
  base: RevisionDetail
  theirs: RevisionDetail
  /** The text of the form when the other one was met. */
  mine: FormValues
  onTake: <Name extends FieldName>(name: Name, value: FormValues[Name]) => void
  onRebase: () => void
}

const SIDES = ['base', 'theirs', 'mine'] as const
type Side = (typeof SIDES)[number]

/** Somebody saved in between: of each field that they changed, what was there, theirs and mine, to choose from. */
export function Conflict({ base, theirs, mine: formValues, onTake, onRebase }: ConflictProps) {
  const { t } = useTranslation()
  const [mine] = useState(formValues)
  const [taken, setTaken] = useState<Partial<Record<FieldName, Side>>>({})
  const values: Record<Side, FormValues> = { base: valuesOf(base), theirs: valuesOf(theirs), mine }
  const fields = conflictsOf(base, theirs, mine)
  const sideOf = (name: FieldName): Side =>
    taken[name] ?? (fields.some((field) => field.name === name && field.isOnlyTheirs) ? 'theirs' : 'mine')
  const take = (name: FieldName, side: Side) => {
    onTake(name, values[side][name])
    setTaken({ ...taken, [name]: side })
  }
  const goOn = () => {
    // What only they changed is taken over, so that the next text does not undo it.
    for (const { name, isOnlyTheirs } of fields) {
      if (isOnlyTheirs && taken[name] === undefined) onTake(name, values.theirs[name])
    }
    onRebase()
  }
  return (
    <div className="conflict" role="alert">
      <Banner
        tone="waiting"
        action={
          <Button isSmall tone="primary" onClick={goOn}>
            {t('editor.rebase', { number: theirs.number })}
          </Button>
        }
      >
        {t('editor.stale', { author: theirs.author, number: theirs.number })}
      </Banner>
      {fields.map(({ name }) => (
        <section key={name} className="conflict__field" aria-label={t(`entry.field_${name}`)}>
          <h3>{t(`entry.field_${name}`)}</h3>
          <div className="conflict__sides">
            {SIDES.map((side) => (
              <div key={side} className={sideOf(name) === side ? 'is-taken' : ''}>
                <span className="field__hint">{t(`editor.side_${side}`)}</span>
                <p>{textOf(values[side][name]) || t('editor.side_empty')}</p>
                <Button
                  isSmall
                  aria-pressed={sideOf(name) === side}
                  onClick={() => {
                    take(name, side)
                  }}
                >
                  {t(`editor.take_${side}`)}
                </Button>
              </div>
            ))}
          </div>
        </section>
      ))}
    </div>
  )
}

function textOf(value: FormValues[FieldName]): string {
  if (value === undefined) return ''
  if (typeof value === 'string') return value
  return value.map((item) => (typeof item === 'string' ? item : `${item.title} ${item.detail}`)).join('\n')
}
