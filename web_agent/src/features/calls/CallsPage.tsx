import { useInfiniteQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { useTranslation } from '@/i18n/useTranslation'

import { callsQuery } from '@/api/queries/calls'
import type { CallState } from '@/api/types'
import { CallSearch } from '@/features/training/CallSearch'
import { usePermission } from '@/features/session/useSession'
import { Button } from '@/ui/Button'
import { Segmented } from '@/ui/Segmented'
import { Banner, Empty, Failure, Loading } from '@/ui/states'
import { FINISHED_STATES, RUNNING_STATES } from '@/realtime/callStates'
import { usePageTitle } from '@/ui/usePageTitle'

import { CallTable } from './CallTable'
import { DemoCalls } from './DemoCalls'
import { UploadForm } from './UploadForm'

import './Calls.css'

const FILTERS = ['all', 'running', 'ended', 'search'] as const
type Filter = (typeof FILTERS)[number]
const STATES: Record<Exclude<Filter, 'search'>, readonly CallState[]> = {
  all: [],
  running: RUNNING_STATES,
  ended: FINISHED_STATES,
}

export function CallsPage() {
  const { t } = useTranslation()
  const [filter, setFilter] = useState<Filter>('all')
  const canReplay = usePermission('calls.replay')
  usePageTitle(t('calls.nav'))
  return (
    <div className="calls-page">
      <section className="panel calls-page__list" aria-labelledby="calls-title">
        <div className="panel__head">
          <h1 id="calls-title" className="panel__title">
            {t('calls.title')}
          </h1>
          <Segmented
            legend={t('calls.filter')}
            isLegendHidden
            value={filter}
            options={FILTERS.map((value) => ({ value, label: t(`calls.filter_${value}`) }))}
            onChange={setFilter}
          />
        </div>
        {filter === 'search' ? (
          <div className="calls-page__scroll calls-page__search">
            <CallSearch order="newest" />
          </div>
        ) : (
          <CallList states={STATES[filter]} />
        )}
      </section>
      {canReplay && (
        <aside className="calls-page__start" aria-label={t('calls.start')}>
          <DemoCalls />
          <UploadForm />
        </aside>
      )}
    </div>
  )
}

function CallList({ states }: { states: readonly CallState[] }) {
  const { t } = useTranslation()
  const calls = useInfiniteQuery(callsQuery(states))
  if (calls.isPending) return <Loading lines={8} />
  if (calls.isError && calls.data === undefined) return <Failure error={calls.error} onRetry={calls.refetch} />
  const items = calls.data.pages.flatMap((page) => page.items)
  if (items.length === 0) return <Empty title={t('calls.none')} hint={t('calls.none_hint')} />
  return (
    <div className="calls-page__scroll">
      {calls.isError && <Banner tone="waiting">{t('calls.stale')}</Banner>}
      <CallTable calls={items} />
      {calls.hasNextPage && (
        <Button className="more" disabled={calls.isFetchingNextPage} onClick={() => calls.fetchNextPage()}>
          {t('common.more')}
        </Button>
      )}
    </div>
  )
}
