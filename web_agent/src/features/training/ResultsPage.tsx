import { useQuery } from '@tanstack/react-query'
import { Link, useParams } from 'react-router'

import { resultsQuery } from '@/api/queries/training'
import { useTranslation } from '@/i18n/useTranslation'
import { DataTable } from '@/ui/DataTable'
import { localTime } from '@/ui/format'
import { ListPage } from '@/ui/ListPage'
import { Empty, Failure, Loading } from '@/ui/states'

/** How everyone did in a lesson or an exam. */
export function ResultsPage() {
  const { t } = useTranslation()
  const { lessonId = '' } = useParams()
  const results = useQuery(resultsQuery(lessonId))
  if (results.isPending) return <Loading />
  if (results.isError) return <Failure error={results.error} onRetry={results.refetch} />
  const { lesson, items } = results.data
  const passed = new Set(items.filter((line) => line.has_passed === true).map((line) => line.account_name)).size
  return (
    <ListPage title={t('lesson.results_of', { title: lesson.title })}>
      <p className="field__hint lesson__bar">
        {t('lesson.results_summary', { count: passed, pass_mark: lesson.pass_mark })}
      </p>
      {items.length === 0 && <Empty title={t('lesson.no_results')} />}
      {items.length > 0 && (
        <section className="panel">
          <DataTable
            caption={t('lesson.results')}
            rows={items}
            keyOf={(line) => line.attempt_id}
            columns={[
              {
                key: 'name',
                title: t('lesson.learner'),
                isMain: true,
                render: (line) => <Link to={`/learning/${line.attempt_id}`}>{line.account_name}</Link>,
              },
              { key: 'number', title: t('lesson.attempt'), isNumber: true, render: (line) => line.number },
              { key: 'score', title: t('lesson.score'), isNumber: true, render: (line) => line.score ?? '–' },
              {
                key: 'passed',
                title: t('lesson.outcome'),
                render: (line) =>
                  line.has_passed === null
                    ? t('lesson.going_on')
                    : t(line.has_passed ? 'lesson.passed' : 'lesson.failed'),
              },
              { key: 'at', title: t('lesson.began'), render: (line) => localTime(line.started_at) },
            ]}
          />
        </section>
      )}
    </ListPage>
  )
}
