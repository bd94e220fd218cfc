import { useState } from 'react'

import { useMarkMustRead } from '@/api/queries/changes'
import type { EntryDetail } from '@/api/types'
import { problemText } from '@/i18n/problemText'
import { useTranslation } from '@/i18n/useTranslation'
import { Button } from '@/ui/Button'
import { useSaving } from '@/ui/useSaving'

const ROLES = ['agent', 'supervisor', 'trainer', 'curator'] as const
type Reader = (typeof ROLES)[number]

/** Makes the present text must-read: for whom, and what to look at. */
export function MustReadForm({ entry }: { entry: EntryDetail }) {
  const { t } = useTranslation()
  const [isOpen, setIsOpen] = useState(false)
  const [roles, setRoles] = useState<readonly Reader[]>(['agent'])
  const [note, setNote] = useState('')
  const [asked, setAsked] = useState<number | null>(null)
  const mark = useMarkMustRead()
  const saving = useSaving(mark.mutateAsync, {
    onSaved: (made) => {
      setAsked(made.asked)
      setIsOpen(false)
    },
  })
  if (asked !== null) return <p role="status">{t('changes.marked', { count: asked })}</p>
  if (!isOpen) {
    return (
      <Button
        isSmall
        title={t('changes.mark_hint')}
        onClick={() => {
          setIsOpen(true)
        }}
      >
        {t('changes.mark')}
      </Button>
    )
  }
  return (
    <form
      className="entry__mark"
      onSubmit={(event) => {
        event.preventDefault()
        saving.save({ entry_id: entry.id, revision_id: entry.current.id, roles: [...roles], note, unit_id: null })
      }}
    >
      <fieldset>
        <legend className="field__label">{t('changes.mark_roles')}</legend>
        {ROLES.map((role) => (
          <label key={role}>
            <input
              type="checkbox"
              checked={roles.includes(role)}
              onChange={(event) => {
                const others = roles.filter((known) => known !== role)
                setRoles(event.target.checked ? [...others, role] : others)
              }}
            />{' '}
            {t(`role.${role}`)}
          </label>
        ))}
      </fieldset>
      <label className="field">
        <span className="field__label">{t('changes.mark_note')}</span>
        <input
          className="input"
          maxLength={500}
          value={note}
          onChange={(event) => {
            setNote(event.target.value)
          }}
        />
      </label>
      <Button type="submit" tone="primary" disabled={roles.length === 0 || saving.isPending}>
        {t('changes.mark')}
      </Button>
      <Button
        tone="quiet"
        onClick={() => {
          setIsOpen(false)
        }}
      >
        {t('common.cancel')}
      </Button>
      {saving.problem !== null && (
        <span className="field__error" role="alert">
          {problemText(t, saving.problem)}
        </span>
      )}
    </form>
  )
}
