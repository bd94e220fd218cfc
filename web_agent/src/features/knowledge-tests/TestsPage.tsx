import { useInfiniteQuery, useQuery, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { useTranslation } from '@/i18n/useTranslation'
import { Link, useSearchParams } from 'react-router'

import { testRunQuery, testRunsQuery } from '@/api/queries/knowledgeTests'
import { Button } from '@/ui/Button'
import { Segmented } from '@/ui/Segmented'
import { SECTORS } from '@/ui/sectors'
import { Empty, Failure, Loading } from '@/ui/states'
import { usePageTitle } from '@/ui/usePageTitle'

import { pointsOf } from './chart'
import { PolicyChoice } from './PolicyChoice'
import { QuestionFiles } from './QuestionFiles'
import { RunAll } from './RunAll'
import { RunChart } from './RunChart'
import { RunPane } from './RunPane'
import { RunTable } from './RunTable'

import './Tests.css'

const SCOPES = ['all', ...SECTORS] as const

/** How the knowledge does in its own tests: the line over time, every run, and what each changed. */
export function TestsPage() {
  const { t } = useTranslation()
  usePageTitle(t('tests.title'))
  return (
    <div className="page">
      <div className="page__head">
        <h1 className="page__title">{t('tests.title')}</h1>
        <span className="field__hint">{t('tests.hint')}</span>
        <Link className="button page__aside" to="/knowledge/hit-test">
          {t('hit_test.title')}
        </Link>
      </div>
      <History />
    </div>
  )
}

function History() {
  const { t } = useTranslation()
  const client = useQueryClient()
  const runs = useInfiniteQuery(testRunsQuery)
  const [scope, setScope] = useState<(typeof SCOPES)[number]>('all')
  const [parameters, setParameters] = useSearchParams()
  const chosenId = parameters.get('run')
  const items = runs.data?.pages.flatMap((page) => page.items) ?? []
  const points = pointsOf(items, scope)
  const listed = items.find((run) => run.id === chosenId)
  // A link may name a run that is not on the first page.
  const linked = useQuery({ ...testRunQuery(chosenId ?? ''), enabled: chosenId !== null && runs.isSuccess && !listed })
  const chosen = listed ?? linked.data ?? items[0]
  const choose = (runId: string): void => {
    setParameters({ run: runId }, { replace: true })
  }
  return (
    <>
      <div className="tests__tools">
        <Segmented
          legend={t('tests.scope')}
          isLegendHidden
          value={scope}
          options={SCOPES.map((value) => ({
            value,
            label: value === 'all' ? t('tests.scope_all') : t(`sector.${value}`),
          }))}
          onChange={setScope}
        />
        <QuestionFiles />
        <RunAll onFinished={() => client.invalidateQueries({ queryKey: testRunsQuery.queryKey })} />
      </div>
      <PolicyChoice />
      {runs.isPending && <Loading lines={8} />}
      {runs.isError && <Failure error={runs.error} onRetry={runs.refetch} />}
      {runs.isSuccess && items.length === 0 && <Empty title={t('tests.none')} hint={t('tests.none_hint')} />}
      {items.length > 0 && (
        <div className="tests">
          <section className="panel" aria-label={t('tests.history')}>
            <div className="tests__body">
              {points.length === 0 ? (
                <p className="field__hint">{t('tests.none_in_scope')}</p>
              ) : (
                <RunChart points={points} />
              )}
              <div className="tests__runs">
                <RunTable runs={items} scope={scope} chosenId={chosen?.id ?? null} onChoose={choose} />
              </div>
              {runs.hasNextPage && (
                <Button disabled={runs.isFetchingNextPage} onClick={() => runs.fetchNextPage()}>
                  {t('common.more')}
                </Button>
              )}
            </div>
          </section>
          {chosen !== undefined && <RunPane key={chosen.id} run={chosen} />}
        </div>
      )}
    </>
  )
}
