import { useQuery } from '@tanstack/react-query'

import { orderUnitsQuery } from '@/api/queries/orders'
import type { ComplaintKind, OrderDraft } from '@/api/types'
import { useTranslation } from '@/i18n/useTranslation'
import { Field } from '@/ui/Field'

import { COMPLAINT_KINDS } from './complaint'

interface ComplaintFieldsProps {
  draft: OrderDraft
  errorOf: (field: string) => string | null
  onChange: (draft: OrderDraft) => void
}

/** What a complaint needs besides an order: the department, the kind, and the person when the caller names one. */
export function ComplaintFields({ draft, errorOf, onChange }: ComplaintFieldsProps) {
  const { t } = useTranslation()
  const complaint = draft.complaint ?? null
  const units = useQuery({ ...orderUnitsQuery, enabled: complaint !== null })
  if (complaint === null) return null
  const problem = errorOf('responsible_unit_id')
  return (
    <>
      <label className="field">
        <span className="field__label">{t('orders.responsible')}</span>
        <select
          className="input"
          aria-invalid={problem !== null}
          value={draft.responsible_unit_id ?? ''}
          onChange={(event) => {
            onChange({ ...draft, responsible_unit_id: event.target.value || null })
          }}
        >
          <option value="">–</option>
          {units.data?.items.map((unit) => (
            <option key={unit.id} value={unit.id}>
              {unit.name}
            </option>
          ))}
        </select>
        {problem !== null && <span className="field__error">{problem}</span>}
      </label>
      <label className="field">
        <span className="field__label">{t('complaints.kind')}</span>
        <select
          className="input"
          value={complaint.kind}
          onChange={(event) => {
            onChange({ ...draft, complaint: { ...complaint, kind: event.target.value as ComplaintKind } })
          }}
        >
          {COMPLAINT_KINDS.map((kind) => (
            <option key={kind} value={kind}>
              {t(`complaints.kind_${kind}`)}
            </option>
          ))}
        </select>
      </label>
      <Field
        label={t('complaints.subject')}
        placeholder={t('complaints.subject_hint')}
        maxLength={100}
        value={complaint.subject}
        error={errorOf('complaint.subject')}
        onChange={(event) => {
          onChange({ ...draft, complaint: { ...complaint, subject: event.target.value } })
        }}
      />
    </>
  )
}
