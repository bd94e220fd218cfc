import { useState } from 'react'

import { useBulkChange } from '@/api/queries/knowledge'
import type { BulkChange, BulkResult } from '@/api/types'
import { codeText, problemText } from '@/i18n/problemText'
import { useTranslation } from '@/i18n/useTranslation'
import { Button } from '@/ui/Button'
import { ConfirmButton } from '@/ui/ConfirmButton'
import { SECTORS, sectorText } from '@/ui/sectors'
import { useSaving } from '@/ui/useSaving'

const AUDIENCES = ['agent', 'ivr', 'public', 'internal'] as const

/** One change to every chosen entry; what is refused is named entry by entry. */
export function BulkBar({ chosen, onDone }: { chosen: readonly string[]; onDone: () => void }) {
  const { t } = useTranslation()
  const [owner, setOwner] = useState('')
  const [reviewedOn, setReviewedOn] = useState('')
  const [audience, setAudience] = useState('')
  const [sector, setSector] = useState<NonNullable<BulkChange['sector']> | ''>('')
  const [result, setResult] = useState<BulkResult | null>(null)
  const bulk = useBulkChange()
  const saving = useSaving(bulk.mutateAsync, {
    onSaved: (done) => {
      setResult(done)
      onDone()
    },
  })
  const count = chosen.length
  const change = (retire: boolean): BulkChange => ({
    entry_ids: [...chosen],
    owner: retire || owner === '' ? null : owner,
    reviewed_on: retire || reviewedOn === '' ? null : reviewedOn,
    audiences: retire || audience === '' ? null : AUDIENCES.filter((value) => value === audience),
    sector: retire || sector === '' ? null : sector,
    retire,
    change_note: '',
  })
  const send = (retire: boolean) => {
    saving.save(change(retire))
  }
  const hasChange = [owner, reviewedOn, audience, sector].some((value) => value !== '')
  return (
    <form
      className="bulk-edit"
      onSubmit={(event) => {
        event.preventDefault()
        if (hasChange && count > 0) send(false)
      }}
    >
      <span role="status">{t('bulk.chosen', { count })}</span>
      <input
        className="input"
        aria-label={t('bulk.owner')}
        placeholder={t('bulk.owner')}
        maxLength={100}
        value={owner}
        onChange={(event) => {
          setOwner(event.target.value)
        }}
      />
      <label className="bulk-edit__date">
        <span className="field__label">{t('bulk.reviewed_on')}</span>
        <input
          type="date"
          className="input"
          value={reviewedOn}
          onChange={(event) => {
            setReviewedOn(event.target.value)
          }}
        />
      </label>
      <select
        className="input"
        aria-label={t('bulk.audiences')}
        value={audience}
        onChange={(event) => {
          setAudience(event.target.value)
        }}
      >
        <option value="">{t('bulk.audiences_kept')}</option>
        {AUDIENCES.map((value) => (
          <option key={value} value={value}>
            {t(`audience.${value}`)}
          </option>
        ))}
      </select>
      <select
        className="input"
        aria-label={t('bulk.sector')}
        value={sector}
        onChange={(event) => {
          setSector(event.target.value as typeof sector)
        }}
      >
        <option value="">{t('bulk.sector_kept')}</option>
        {SECTORS.map((value) => (
          <option key={value} value={value}>
            {sectorText(t, value)}
          </option>
        ))}
        <option value="every">{t('bulk.every')}</option>
      </select>
      <Button type="submit" tone="primary" disabled={!hasChange || count === 0 || saving.isPending}>
        {t('bulk.apply', { count })}
      </Button>
      <ConfirmButton
        question={t('bulk.retire_sure')}
        confirmLabel={t('bulk.retire', { count })}
        isDisabled={count === 0}
        isPending={saving.isPending}
        onConfirm={() => {
          send(true)
        }}
      >
        {t('bulk.retire', { count })}
      </ConfirmButton>
      {saving.problem !== null && (
        <span className="field__error" role="alert">
          {problemText(t, saving.problem)}
        </span>
      )}
      {result !== null && <p role="status">{t('bulk.done', { count: result.changed })}</p>}
      {result?.items
        .filter((item) => item.code !== null)
        .map((item) => (
          <p key={item.entry_id} className="field__error">
            {t('bulk.refused', { title: item.title, reason: codeText(t, item.code ?? '', item.code ?? '') })}
          </p>
        ))}
    </form>
  )
}
