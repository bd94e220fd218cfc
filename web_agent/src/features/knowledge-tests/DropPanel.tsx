import { useId, useState } from 'react'
import { useTranslation } from '@/i18n/useTranslation'

import type { Problem } from '@/api/problem'
import type { Consent } from '@/api/queries/knowledge'
import type { GoldReport } from '@/api/types'
import { problemText } from '@/i18n/problemText'
import { Button } from '@/ui/Button'
import { useShortcut } from '@/ui/shortcuts'
import { Banner } from '@/ui/states'

import { ChangesTable, NearQuestions, ReportSummary } from './ChangesTable'
import { isRefusalOfTests } from './refusals'

/** Whether the server wants a decision about test questions before it publishes. */
export const asksForConsent = (problem: Problem): boolean => problem.status === 409 && isRefusalOfTests(problem.code)

/** The report in a refusal; the server writes it by the same schema as `POST /tests/draft` answers. */
export function reportOf(problem: Problem): GoldReport | null {
  const report = problem.details.report
  return typeof report === 'object' && report !== null ? (report as GoldReport) : null
}

interface DropPanelProps {
  problem: Problem
  /** What leaves everything as it is. */
  stayLabel: string
  /** What can be done instead; about an entry's own words unless given. */
  hint?: string
  isPending: boolean
  onPublish: (consent: Consent) => void
  onStay: () => void
}

/** Which questions would lose their place, and the ways on: edit, publish, or publish with a reason. */
export function DropPanel({ problem, stayLabel, hint, isPending, onPublish, onStay }: DropPanelProps) {
  const { t } = useTranslation()
  const report = reportOf(problem)
  const isBlocked = problem.details.policy === 'block'
  return (
    <section className="drop" aria-label={t('tests.drop_title')}>
      <Banner tone="waiting">{problemText(t, problem)}</Banner>
      {report !== null && (
        <>
          <ReportSummary report={report} />
          <NearQuestions near={report.near} />
          <div className="drop__changes">
            <ChangesTable changes={report.changes} />
          </div>
        </>
      )}
      <p className="field__hint">{hint ?? t('tests.drop_fix')}</p>
      {isBlocked ? (
        <Override stayLabel={stayLabel} isPending={isPending} onPublish={onPublish} onStay={onStay} />
      ) : (
        <div className="drop__actions">
          <Button tone="primary" onClick={onStay}>
            {stayLabel}
          </Button>
          <Anyway isPending={isPending} onPublish={onPublish} />
        </div>
      )}
    </section>
  )
}

function Anyway({ isPending, onPublish }: Pick<DropPanelProps, 'isPending' | 'onPublish'>) {
  const { t } = useTranslation()
  const publish = () => {
    onPublish({ ask_before_drop: false, override_reason: '' })
  }
  useShortcut({ chord: 'Y', group: 'lists', label: t('tests.publish_anyway'), run: publish, isEnabled: !isPending })
  return (
    <Button chord="Y" disabled={isPending} onClick={publish}>
      {t('tests.publish_anyway')}
    </Button>
  )
}

function Override({ stayLabel, isPending, onPublish, onStay }: Omit<DropPanelProps, 'problem' | 'hint'>) {
  const { t } = useTranslation()
  const id = useId()
  const [reason, setReason] = useState('')
  return (
    <form
      className="drop__override"
      onSubmit={(event) => {
        event.preventDefault()
        onPublish({ ask_before_drop: true, override_reason: reason.trim() })
      }}
    >
      <label className="field__label" htmlFor={id}>
        {t('tests.override_reason')}
      </label>
      <input
        id={id}
        className="input"
        maxLength={500}
        value={reason}
        onChange={(event) => {
          setReason(event.target.value)
        }}
      />
      <div className="drop__actions">
        <Button tone="primary" onClick={onStay}>
          {stayLabel}
        </Button>
        <Button type="submit" disabled={isPending || reason.trim() === ''}>
          {t('tests.publish_override')}
        </Button>
      </div>
    </form>
  )
}
