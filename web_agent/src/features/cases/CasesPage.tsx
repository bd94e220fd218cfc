import { useInfiniteQuery, useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { useTranslation } from '@/i18n/useTranslation'
import { Link, NavLink, useParams } from 'react-router'

import { caseQuery, casesQuery } from '@/api/queries/cases'
import type { CaseFilter } from '@/api/queries/cases'
import type { CaseDetail } from '@/api/types'
import { walkRows } from '@/ui/rows'
import { usePermission } from '@/features/session/useSession'
import { outcomeText } from '@/features/suggestions/CaseList'
import { Button } from '@/ui/Button'
import { sectorText } from '@/ui/sectors'
import { Banner, Empty, Failure, Loading } from '@/ui/states'
import { usePageTitle } from '@/ui/usePageTitle'

import { CaseFilters } from './CaseFilters'
import { CaseView } from './CaseView'
import { filterOf, useCaseFilter } from './useCaseFilter'
import { useSettled } from './useSettled'

import './Cases.css'

/** Solved contacts: a list to narrow down, the case beside it. */
export function CasesPage() {
  const { t } = useTranslation()
  const { caseId } = useParams()
  const filter = useCaseFilter()
  const [isComposing, setIsComposing] = useState(false)
  const written = useSettled(filter.written, isComposing)
  const canKeep = usePermission('cases.edit')
  usePageTitle(t('cases.nav'))
  return (
    <div className="cases-page">
      <section className="panel browser__list" aria-labelledby="cases-title">
        <div className="panel__head">
          <h1 id="cases-title" className="panel__title">
            {t('cases.nav')}
          </h1>
          {canKeep && (
            <Link className="button button--quiet button--small browser__actions" to="/cases/groups">
              {t('cases.groups')}
            </Link>
          )}
        </div>
        <CaseFilters filter={filter} onComposing={setIsComposing} onEnterList={focusFirstCase} />
        <Cases filter={filterOf(filter.chosen, written)} search={filter.search} chosen={caseId ?? null} />
      </section>
      <section className="panel browser__entry" aria-label={t('case.detail')}>
        {caseId === undefined ? (
          <Empty title={t('case.choose')} hint={t('case.choose_hint')} />
        ) : (
          <ChosenCase key={caseId} caseId={caseId} search={filter.search} />
        )}
      </section>
    </div>
  )
}

function focusFirstCase(): void {
  document.querySelector<HTMLElement>('.entry-row')?.focus()
}

function Cases({ filter, search, chosen }: { filter: CaseFilter; search: string; chosen: string | null }) {
  const { t } = useTranslation()
  const cases = useInfiniteQuery(casesQuery(filter))
  if (cases.isPending) return <Loading lines={10} />
  if (cases.isError && cases.data === undefined) return <Failure error={cases.error} onRetry={cases.refetch} />
  const items = cases.data.pages.flatMap((page) => page.items)
  return (
    // eslint-disable-next-line jsx-a11y/no-static-element-interactions -- rejected: the keys of the links inside bubble to here.
    <div className="browser__rows" onKeyDown={walkRows}>
      {cases.data.pages[0]?.state === 'local' && <Banner tone="waiting">{t('search.local')}</Banner>}
      {cases.data.pages[0]?.state === 'unavailable' && <Banner tone="waiting">{t('cases.search_unavailable')}</Banner>}
      {items.length === 0 && <Empty title={t('case.none')} hint={t('cases.none_hint')} />}
      {items.map((item) => (
        <CaseRow key={item.id} item={item} search={search} isChosen={item.id === chosen} />
      ))}
      {cases.hasNextPage && (
        <Button className="more" disabled={cases.isFetchingNextPage} onClick={() => cases.fetchNextPage()}>
          {t('common.more')}
        </Button>
      )}
    </div>
  )
}

function CaseRow({ item, search, isChosen }: { item: CaseDetail; search: string; isChosen: boolean }) {
  const { t } = useTranslation()
  const facts = [item.occurred_on, item.area, item.equipment, item.sector && sectorText(t, item.sector)]
  return (
    <NavLink className={isChosen ? 'entry-row is-chosen' : 'entry-row'} to={{ pathname: `/cases/${item.id}`, search }}>
      <span className="entry-row__title">{item.title}</span>
      <span className={item.outcome === 'resolved' ? 'tag tag--ready' : 'tag'}>{outcomeText(t, item.outcome)}</span>
      <span className="entry-row__facts">{facts.filter(Boolean).join(' · ')}</span>
    </NavLink>
  )
}

function ChosenCase({ caseId, search }: { caseId: string; search: string }) {
  const [isIdentified, setIsIdentified] = useState(false)
  const found = useQuery(caseQuery(caseId, isIdentified))
  if (found.isPending) return <Loading lines={8} />
  if (found.isError) return <Failure error={found.error} onRetry={found.refetch} />
  return <CaseView item={found.data} search={search} isIdentified={isIdentified} onIdentify={setIsIdentified} />
}
