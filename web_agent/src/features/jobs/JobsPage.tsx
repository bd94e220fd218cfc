import { useInfiniteQuery } from '@tanstack/react-query'
import { useState } from 'react'

import { jobsQuery } from '@/api/queries/jobs'
import type { JobState } from '@/api/types'
import { useTranslation } from '@/i18n/useTranslation'
import { ListPage } from '@/ui/ListPage'
import { Segmented } from '@/ui/Segmented'
import { Banner, Empty, Failure, Loading } from '@/ui/states'

import { JobTable } from './JobTable'

import './Jobs.css'

const FILTERS = ['all', 'running', 'failed'] as const
type Filter = (typeof FILTERS)[number]

/** What the server works on in the background: how far it is, what failed, and another attempt. */
export function JobsPage() {
  const { t } = useTranslation()
  const [filter, setFilter] = useState<Filter>('all')
  return (
    <ListPage
      title={t('jobs.title')}
      actions={
        <Segmented
          legend={t('jobs.filter')}
          isLegendHidden
          value={filter}
          options={FILTERS.map((value) => ({ value, label: t(`jobs.filter_${value}`) }))}
          onChange={setFilter}
        />
      }
    >
      <JobList state={filter === 'all' ? null : filter} />
    </ListPage>
  )
}

function JobList({ state }: { state: JobState | null }) {
  const { t } = useTranslation()
  const jobs = useInfiniteQuery(jobsQuery(state))
  if (jobs.isPending) return <Loading lines={6} />
  if (jobs.isError && jobs.data === undefined) return <Failure error={jobs.error} onRetry={jobs.refetch} />
  const items = jobs.data.pages.flatMap((page) => page.items)
  return (
    <>
      {jobs.isError && <Banner tone="waiting">{t('jobs.stale')}</Banner>}
      {items.length === 0 ? (
        <Empty title={t('jobs.none')} hint={t('jobs.none_hint')} />
      ) : (
        <JobTable
          jobs={items}
          more={jobs.hasNextPage ? { isPending: jobs.isFetchingNextPage, load: jobs.fetchNextPage } : null}
        />
      )}
    </>
  )
}
