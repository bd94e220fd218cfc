import type { Translate } from '@/i18n/useTranslation'
import { useTranslation } from '@/i18n/useTranslation'
import { Link } from 'react-router'

import type { CaseCard } from '@/api/types'
import { Marked } from '@/ui/Marked'

import { fieldMarks } from './evidence'
import { Folded } from './Folded'

import './Card.css'
import './CaseList.css'

type ShownCase = Omit<CaseCard, 'suggestion_id' | 'sector'>

/** Solved cases like this one: what it was, what helped, how it ended. */
export function CaseList({ cases }: { cases: readonly ShownCase[] }) {
  const { t } = useTranslation()
  if (cases.length === 0) return null
  return (
    <section className="cases" aria-label={t('case.similar')}>
      <h3 className="cases__title">{t('case.similar')}</h3>
      {cases.map((item) => (
        <details key={item.case_id} className="cases__item">
          <summary>
            <span className="cases__name">
              <Marked text={item.title} marks={fieldMarks(item, 'title')} />
            </span>
            <span className="cases__facts">
              {[item.occurred_on, item.area, outcomeText(t, item.outcome)].filter(Boolean).join(' · ')}
            </span>
          </summary>
          <dl className="cases__body">
            <dt>{t('case.problem')}</dt>
            <dd>
              <Marked text={item.problem} marks={fieldMarks(item, 'problem')} />
            </dd>
            <dt>{t('case.solution')}</dt>
            <dd>
              <Marked text={item.solution} marks={fieldMarks(item, 'solution')} />
            </dd>
          </dl>
          <Folded documents={item.folded} addressOf={(id) => `/cases/${id}`} />
          <Link className="cases__more" to={`/cases/${item.case_id}`} target="_blank">
            {t('cases.open')}
          </Link>
        </details>
      ))}
    </section>
  )
}

export function outcomeText(t: Translate, outcome: string): string {
  switch (outcome) {
    case 'resolved':
      return t('case.outcome_resolved')
    case 'escalated':
      return t('case.outcome_escalated')
    case 'unresolved':
      return t('case.outcome_unresolved')
    default:
      return outcome
  }
}
