import { useQuery } from '@tanstack/react-query'
import { Link } from 'react-router'

import { acknowledge, changeQuery, useChangesChanged } from '@/api/queries/changes'
import type { ChangedField, ChangeHead, ChangeView } from '@/api/types'
import { problemText } from '@/i18n/problemText'
import type { Translate } from '@/i18n/useTranslation'
import { useTranslation } from '@/i18n/useTranslation'
import { Button } from '@/ui/Button'
import { authorText, EntryView } from '@/features/knowledge/EntryView'
import { DifferenceText } from '@/ui/Difference'
import { localTime } from '@/ui/format'
import { sectorText } from '@/ui/sectors'
import { useShortcut } from '@/ui/shortcuts'
import { Banner, Failure, Loading } from '@/ui/states'
import { useGo } from '@/ui/useGo'
import { useSaving } from '@/ui/useSaving'

import { isDue } from './due'
import { useIsRinging } from './useIsRinging'

/** One change in plain words: figures that differ, then the words; and the key that confirms that it was read. */
export function ChangePane({ revisionId, items }: { revisionId: string; items: readonly ChangeHead[] }) {
  const change = useQuery(changeQuery(revisionId))
  if (change.isPending) return <Loading lines={8} />
  if (change.isError) return <Failure error={change.error} onRetry={change.refetch} />
  return <Change change={change.data} items={items} />
}

function Change({ change, items }: { change: ChangeView; items: readonly ChangeHead[] }) {
  const { t } = useTranslation()
  const { head, facts, fields, current } = change
  const isNew = head.number === 1
  return (
    <>
      <div className="panel__head">
        <h2 className="panel__title">{head.title}</h2>
        <Link className="button button--small" to={`/knowledge/${head.entry_id}`}>
          {t('changes.open_entry')}
        </Link>
      </div>
      <div className="changes__body">
        {isDue(head) && head.must_read_id !== null && (
          <Confirmation head={head} mustReadId={head.must_read_id} items={items} />
        )}
        {head.acknowledged_at !== null && (
          <p className="field__hint" role="status">
            {t('changes.read_at', { time: localTime(head.acknowledged_at) })}
          </p>
        )}
        <p className="field__hint">
          {t('changes.by', { author: authorText(t, current), time: localTime(head.published_at) })}
          {head.change_note !== '' && ` · ${head.change_note}`}
        </p>
        {facts.length > 0 && (
          <section aria-labelledby="change-facts">
            <h3 id="change-facts" className="entry__label">
              {t('changes.facts')}
            </h3>
            <ul className="changes__facts difference">
              {facts.map((fact) => (
                <li key={`${fact.kind}-${fact.before}-${fact.now}`}>
                  {fact.before === '' ? t('changes.fact_new') : <del>{fact.before}</del>}
                  {' → '}
                  {fact.now === '' ? t('changes.fact_gone') : <ins>{fact.now}</ins>}
                </li>
              ))}
            </ul>
          </section>
        )}
        {!isNew && fields.length === 0 && <p>{t('changes.details_only')}</p>}
        {isNew ? <EntryView revision={current} /> : fields.map((field) => <Field key={field.field} field={field} />)}
      </div>
    </>
  )
}

function Field({ field }: { field: ChangedField }) {
  const { t } = useTranslation()
  const parts = field.parts.map((part) => ({ ...part, text: plainText(t, field, part.text) }))
  return (
    <section aria-label={t(`entry.field_${field.field}`)}>
      <h3 className="entry__label">{t(`entry.field_${field.field}`)}</h3>
      <p className="difference">
        <DifferenceText parts={parts} />
      </p>
    </section>
  )
}

/** The text as people read it: the name of a sector for its code, an answer without the marks of bold type. */
function plainText(t: Translate, { field }: ChangedField, text: string): string {
  if (field === 'sector') return sectorText(t, text)
  return field === 'answer' ? text.replaceAll('**', '') : text
}

interface ConfirmationProps {
  head: ChangeHead
  mustReadId: string
  items: readonly ChangeHead[]
}

/** One key confirms and leads to the next; while a call rings, the key does nothing. */
function Confirmation({ head, mustReadId, items }: ConfirmationProps) {
  const { t } = useTranslation()
  const go = useGo()
  const isRinging = useIsRinging()
  const changed = useChangesChanged()
  const next = items.find((item) => isDue(item) && item.revision_id !== head.revision_id)
  const saving = useSaving(acknowledge, {
    onSaved: () => {
      void changed()
      if (next !== undefined) go(`/changes/${next.revision_id}`)
    },
  })
  const confirm = () => {
    if (!isRinging && !saving.isPending) saving.save(mustReadId)
  }
  useShortcut({ chord: 'R', group: 'lists', label: t('changes.confirm'), run: confirm })
  return (
    <Banner
      tone={saving.problem === null ? 'waiting' : 'problem'}
      action={
        <Button tone="primary" chord="R" disabled={isRinging || saving.isPending} onClick={confirm}>
          {t('changes.confirm')}
        </Button>
      }
    >
      {saving.problem === null
        ? isRinging
          ? t('changes.ringing')
          : head.note === ''
            ? t('changes.please_read')
            : t('changes.please_read_note', { note: head.note })
        : problemText(t, saving.problem)}
    </Banner>
  )
}
