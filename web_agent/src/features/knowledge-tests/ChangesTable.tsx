import type { Translate } from '@/i18n/useTranslation'
import { useTranslation } from '@/i18n/useTranslation'
import { Link } from 'react-router'

import type { GoldReport, PlacementDetail, QuestionChange } from '@/api/types'
import { percent } from '@/ui/format'
import { sectorText } from '@/ui/sectors'

import './Tests.css'

/** Which questions changed their hits, those an agent would miss first. */
export function ChangesTable({ changes }: { changes: readonly QuestionChange[] }) {
  const { t } = useTranslation()
  if (changes.length === 0) return <p className="field__hint">{t('tests.no_changes')}</p>
  return (
    <table className="changes">
      <thead>
        <tr>
          <th scope="col">{t('tests.column_verdict')}</th>
          <th scope="col">{t('tests.column_question')}</th>
          <th scope="col">{t('tests.column_expected')}</th>
          <th scope="col">{t('tests.column_before')}</th>
          <th scope="col">{t('tests.column_after')}</th>
          <th scope="col">{t('tests.column_displaced')}</th>
        </tr>
      </thead>
      <tbody>
        {changes.map((change) => (
          <tr key={change.question_id} className={change.is_drop ? 'is-drop' : ''}>
            <td>{verdictText(t, change)}</td>
            <th scope="row">
              {change.text}
              {!change.is_sector_known && <span className="field__hint"> {t('tests.sector_unknown')}</span>}
            </th>
            <td>
              <Link to={`/knowledge/${change.entry_id}`} target="_blank">
                {change.entry_title}
              </Link>
            </td>
            <td>{placementText(t, change.before)}</td>
            <td>{placementText(t, change.after)}</td>
            <td>
              {change.displaced_by !== null && (
                <Link to={`/knowledge/${change.displaced_by.entry_id}`} target="_blank">
                  {change.displaced_by.title}
                </Link>
              )}
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  )
}

/** The signs say it without colour: ▲ better, ▽ a little worse, ▼ an agent would notice. */
function verdictText(t: Translate, change: QuestionChange): string {
  if (change.movement === 'better') return `▲ ${t('tests.better')}`
  return change.is_drop ? `▼ ${t('tests.drop')}` : `▽ ${t('tests.worse')}`
}

export function placementText(t: Translate, placed: PlacementDetail): string {
  const rank = placed.rank === null ? t('tests.not_found') : t('tests.rank', { rank: placed.rank })
  if (!placed.has_answer) return t('tests.rank_no_card', { rank })
  return placed.rank === null ? rank : t('tests.rank_sure', { rank, confidence: percent(placed.confidence) })
}

/** New ways to ask that another entry answers now: two entries that answer one question take each other's place. */
export function NearQuestions({ near }: { near: GoldReport['near'] }) {
  const { t } = useTranslation()
  if (near.length === 0) return null
  return (
    <section aria-label={t('tests.near_title')}>
      <p className="field__hint">{t('tests.near_hint')}</p>
      <ul className="near-questions">
        {near.map((question) => (
          <li key={question.text}>
            {question.text} →{' '}
            <Link to={`/knowledge/${question.entry_id}`} target="_blank">
              {question.entry_title}
            </Link>{' '}
            <span className="field__hint">
              {question.sector !== null && `${sectorText(t, question.sector)} · `}
              {percent(question.confidence)}
            </span>
          </li>
        ))}
      </ul>
    </section>
  )
}

/** The sums of a test in one line. */
export function ReportSummary({ report }: { report: GoldReport }) {
  const { t } = useTranslation()
  const { before, after } = report
  return (
    <p className="changes__summary">
      {t('tests.summary', {
        count: report.question_count,
        better: report.better,
        worse: report.worse,
        drops: report.drops,
      })}{' '}
      {t('tests.summary_figures', {
        firstBefore: percent(before.hit_at_1),
        firstAfter: percent(after.hit_at_1),
        cardsBefore: percent(before.hit_at_3),
        cardsAfter: percent(after.hit_at_3),
      })}
      {report.available_count > report.question_count &&
        ` ${t('tests.summary_subset', { available: report.available_count })}`}
      {report.state === 'lexical_only' && ` ${t('search.lexical_only')}`}
    </p>
  )
}
