import { useQuery } from '@tanstack/react-query'
import { useTranslation } from '@/i18n/useTranslation'

import { testRunQuery } from '@/api/queries/knowledgeTests'
import type { TestRun } from '@/api/types'
import { Banner, Failure, Loading } from '@/ui/states'

import { ChangesTable } from './ChangesTable'
import { runName } from './RunTable'

/** One run: which questions it moved, and who let it pass. */
export function RunPane({ run }: { run: TestRun }) {
  const { t } = useTranslation()
  const full = useQuery(testRunQuery(run.id))
  return (
    <section className="panel" aria-label={t('tests.changed')}>
      <div className="panel__head">
        <h2 className="panel__title">{runName(t, run)}</h2>
      </div>
      <div className="tests__body">
        <p>
          {t('tests.summary', {
            count: run.question_count,
            better: run.better,
            worse: run.worse,
            drops: run.drops,
          })}
          {run.available_count > run.question_count &&
            ` ${t('tests.summary_subset', { available: run.available_count })}`}
        </p>
        <p className="field__hint">
          {run.author === 'system' ? t('tests.by_itself') : t('tests.by', { author: run.author })}
        </p>
        {run.override_reason !== '' && (
          <Banner tone="plain">{t('tests.overridden', { reason: run.override_reason })}</Banner>
        )}
        {run.state === 'lexical_only' && <Banner tone="waiting">{t('search.lexical_only')}</Banner>}
        {full.isPending && <Loading lines={4} />}
        {full.isError && <Failure error={full.error} onRetry={full.refetch} />}
        {full.data !== undefined && <ChangesTable changes={full.data.changes} />}
      </div>
    </section>
  )
}
