import type { OrderView } from '@/api/types'
import { useTranslation } from '@/i18n/useTranslation'

import { STEPS, stepsBehind } from './complaint'

/** Where a complaint stands, what the department said, what is true of it and what the caller was told. */
export function ComplaintPanel({ view }: { view: OrderView }) {
  const { t } = useTranslation()
  const { complaint, order } = view
  if (complaint === null) return null
  const behind = stepsBehind(order.state)
  const facts: readonly (readonly [string, string])[] = [
    [t('complaints.department'), order.responsible_unit_name ?? ''],
    [t('complaints.kind'), complaint.kind === null ? '' : t(`complaints.kind_${complaint.kind}`)],
    [
      t('complaints.subject'),
      complaint.subject === '' || !complaint.is_subject_known
        ? complaint.subject
        : `${complaint.subject} · ${t('complaints.subject_known')}`,
    ],
    [t('complaints.statement'), complaint.statement],
    [
      t('complaints.verdict'),
      complaint.verdict === null
        ? ''
        : `${t(`complaints.verdict_${complaint.verdict}`)} · ${t('complaints.verified_by', { name: complaint.verified_by_name })}`,
    ],
    [t('complaints.findings'), complaint.findings],
    [t('complaints.answer'), complaint.answer],
    [t('complaints.outcome'), complaint.outcome === null ? '' : t(`complaints.outcome_${complaint.outcome}`)],
    ['', complaint.attempts > 0 ? t('complaints.attempts', { count: complaint.attempts }) : ''],
  ]
  return (
    <section className="complaint" aria-label={t('complaints.file')}>
      <ol className="complaint__steps" aria-label={t('complaints.steps')}>
        {STEPS.map((step, place) => (
          <li
            key={step.key}
            className={place < behind ? 'is-done' : place === behind ? 'is-next' : ''}
            {...(place === behind && { 'aria-current': 'step' })}
          >
            <span aria-hidden="true">{place < behind ? '✓' : place + 1}</span>
            {t(`complaints.flow_${step.key}`)}
          </li>
        ))}
      </ol>
      <dl className="order__facts">
        {facts
          .filter(([, value]) => value !== '')
          .map(([name, value]) => (
            <div key={`${name} ${value}`}>
              <dt>{name}</dt>
              <dd>{value}</dd>
            </div>
          ))}
      </dl>
    </section>
  )
}
