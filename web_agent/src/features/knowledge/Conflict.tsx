import { useTranslation } from '@/i18n/useTranslation'

import type { RevisionDetail } from '@/api/types'
import { Button } from '@/ui/Button'
import { Banner } from '@/ui/states'

import type { FieldName, FormValues } from './draft'
import { changedFields, valuesOf } from './draft'

interface ConflictProps {
  base: RevisionDetail
  theirs: RevisionDetail
  onTake: <Name extends FieldName>(name: Name, value: FormValues[Name]) => void
  onRebase: () => void
}

/** Somebody saved in between: what they changed, field by field. The text in the form stays as it is. */
export function Conflict({ base, theirs, onTake, onRebase }: ConflictProps) {
  const { t } = useTranslation()
  const values = valuesOf(theirs)
  return (
    <div className="conflict" role="alert">
      <Banner
        tone="waiting"
        action={
          <Button isSmall tone="primary" onClick={onRebase}>
            {t('editor.rebase', { number: theirs.number })}
          </Button>
        }
      >
        {t('editor.stale', { author: theirs.author, number: theirs.number })}
      </Banner>
      <dl className="conflict__list">
        {changedFields(base, theirs).map((name) => (
          <div key={name}>
            <dt>{t(`entry.field_${name}`)}</dt>
            <dd>{textOf(values[name])}</dd>
            <Button
              isSmall
              onClick={() => {
                onTake(name, values[name])
              }}
            >
              {t('editor.take_theirs')}
            </Button>
          </div>
        ))}
      </dl>
    </div>
  )
}

function textOf(value: FormValues[FieldName]): string {
  if (value === undefined) return ''
  if (typeof value === 'string') return value
  return value.map((item) => (typeof item === 'string' ? item : `${item.title} ${item.detail}`)).join('\n')
}
