import { useQuery } from '@tanstack/react-query'
import { useTranslation } from '@/i18n/useTranslation'
import { Link } from 'react-router'

import { entryRunsQuery } from '@/api/queries/knowledgeTests'

/** What the test questions said when this revision was published. */
export function EntryRun({ entryId, revisionNumber }: { entryId: string; revisionNumber: number }) {
  const { t } = useTranslation()
  const runs = useQuery(entryRunsQuery(entryId))
  const run = runs.data?.items.find((item) => item.revision_number === revisionNumber)
  if (run === undefined) return null
  return (
    <p className="field__hint">
      {t('tests.at_publication', { count: run.question_count, better: run.better, worse: run.worse })}{' '}
      <Link to="/knowledge/tests">{t('tests.title')}</Link>
    </p>
  )
}
