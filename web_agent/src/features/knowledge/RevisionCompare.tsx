import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'

import { asProblem } from '@/api/problem'
import { differenceQuery } from '@/api/queries/curation'
import type { Consent } from '@/api/queries/knowledge'
import { useReviseEntry } from '@/api/queries/knowledge'
import type { EntryDetail, RevisionDetail } from '@/api/types'
import { asksForConsent, DropPanel } from '@/features/knowledge-tests/DropPanel'
import { problemText } from '@/i18n/problemText'
import { useTranslation } from '@/i18n/useTranslation'
import { Button } from '@/ui/Button'
import { Difference } from '@/ui/Difference'
import { Banner } from '@/ui/states'

import { draftOf, valuesOf } from './draft'

import './RevisionCompare.css'

interface RevisionCompareProps {
  entry: EntryDetail
  shown: RevisionDetail
  revisions: readonly RevisionDetail[]
  canRestore: boolean
  onRestored: () => void
}

/** An older text beside any other one, and the way to bring it back as the next revision. */
export function RevisionCompare({ entry, shown, revisions, canRestore, onRestored }: RevisionCompareProps) {
  const { t } = useTranslation()
  const [otherId, setOtherId] = useState(entry.current.id)
  const difference = useQuery(differenceQuery(entry.id, shown.id, otherId))
  const revise = useReviseEntry()
  const problem = revise.isError ? asProblem(revise.error) : null
  const restore = (consent: Consent) => {
    const draft = draftOf({ ...valuesOf(shown), change_note: t('curation.restored_note', { number: shown.number }) })
    revise.mutate({ entryId: entry.id, baseRevisionId: entry.current.id, draft, consent }, { onSuccess: onRestored })
  }
  return (
    <section aria-label={t('curation.compare')}>
      {problem !== null && !asksForConsent(problem) && <Banner tone="problem">{problemText(t, problem)}</Banner>}
      {problem !== null && asksForConsent(problem) && (
        <DropPanel
          problem={problem}
          stayLabel={t('review.not_now')}
          isPending={revise.isPending}
          onPublish={restore}
          onStay={revise.reset}
        />
      )}
      <div className="revision-compare">
        <select
          className="input"
          aria-label={t('curation.compare_with')}
          value={otherId}
          onChange={(event) => {
            setOtherId(event.target.value)
          }}
        >
          {revisions.map((revision) => (
            <option key={revision.id} value={revision.id}>
              {t('curation.compare_with_number', { number: revision.number })}
            </option>
          ))}
        </select>
        {canRestore && shown.id !== entry.current.id && shown.state === 'retired' && (
          <Button
            disabled={revise.isPending}
            onClick={() => {
              restore({ ask_before_drop: true, override_reason: '' })
            }}
          >
            {t('curation.restore', { number: shown.number })}
          </Button>
        )}
      </div>
      {difference.data !== undefined && <Difference parts={difference.data.parts} />}
    </section>
  )
}
