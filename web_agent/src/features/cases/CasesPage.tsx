import { useInfiniteQuery, useQuery } from '@tanstack/react-query'
import { useDeferredValue, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { Link, NavLink, useParams } from 'react-router'

import { casesQuery, caseQuery, entryQuery } from '@/api/queries/knowledge'
import type { CaseDetail } from '@/api/types'
import { outcomeText } from '@/features/suggestions/CaseList'
import { Button } from '@/ui/Button'
import { SECTORS, sectorText } from '@/ui/sectors'
import { Empty, Failure, Loading } from '@/ui/states'
import { usePageTitle } from '@/ui/usePageTitle'

import './Cases.css'

/** Solved contacts: a list to narrow down, the case beside it. */
export function CasesPage() {
  const { t } = useTranslation()
  const { caseId } = useParams()
  const [sector, setSector] = useState('')
  const [text, setText] = useState('')
  const wanted = useDeferredValue(text.trim())
  usePageTitle(t('nav.cases'))
  return (
    <div className="cases-page">
      <section className="panel browser__list" aria-labelledby="cases-title">
        <div className="panel__head">
          <h1 id="cases-title" className="panel__title">
            {t('nav.cases')}
          </h1>
          <select
            className="input cases-page__sector"
            aria-label={t('upload.sector')}
            value={sector}
            onChange={(event) => {
              setSector(event.target.value)
            }}
          >
            <option value="">{t('upload.sector_any')}</option>
            {SECTORS.map((code) => (
              <option key={code} value={code}>
                {t(`sector.${code}`)}
              </option>
            ))}
          </select>
          <input
            className="input"
            type="search"
            aria-label={t('case.filter')}
            placeholder={t('case.filter')}
            maxLength={100}
            value={text}
            onChange={(event) => {
              setText(event.target.value)
            }}
          />
        </div>
        <Cases sector={sector || null} text={wanted || null} chosen={caseId ?? null} />
      </section>
      <section className="panel browser__entry" aria-label={t('case.detail')}>
        {caseId === undefined ? (
          <Empty title={t('case.choose')} hint={t('case.choose_hint')} />
        ) : (
          <ChosenCase key={caseId} caseId={caseId} />
        )}
      </section>
    </div>
  )
}

function Cases({ sector, text, chosen }: { sector: string | null; text: string | null; chosen: string | null }) {
  const { t } = useTranslation()
  const cases = useInfiniteQuery(casesQuery({ sector, text }))
  if (cases.isPending) return <Loading lines={10} />
  if (cases.isError && cases.data === undefined) return <Failure error={cases.error} onRetry={cases.refetch} />
  const items = cases.data.pages.flatMap((page) => page.items)
  if (items.length === 0) return <Empty title={t('case.none')} hint={t('case.none_hint')} />
  return (
    <div className="browser__rows">
      {items.map((item) => (
        <NavLink
          key={item.id}
          className={item.id === chosen ? 'entry-row is-chosen' : 'entry-row'}
          to={`/cases/${item.id}`}
        >
          <span className="entry-row__title">{item.title}</span>
          <span className="tag">{outcomeText(t, item.outcome)}</span>
          <span className="entry-row__facts">
            {[item.occurred_on, item.area, item.sector && sectorText(t, item.sector)].filter(Boolean).join(' · ')}
          </span>
        </NavLink>
      ))}
      {cases.hasNextPage && (
        <Button className="more" disabled={cases.isFetchingNextPage} onClick={() => cases.fetchNextPage()}>
          {t('common.more')}
        </Button>
      )}
    </div>
  )
}

function ChosenCase({ caseId }: { caseId: string }) {
  const found = useQuery(caseQuery(caseId))
  if (found.isPending) return <Loading lines={8} />
  if (found.isError) return <Failure error={found.error} onRetry={found.refetch} />
  return <CaseView item={found.data} />
}

function EntryLink({ entryId }: { entryId: string }) {
  const { t } = useTranslation()
  const entry = useQuery(entryQuery(entryId))
  return <Link to={`/knowledge/${entryId}`}>{entry.data?.current.title ?? t('knowledge.entry')}</Link>
}

function CaseView({ item }: { item: CaseDetail }) {
  const { t } = useTranslation()
  const facts = [
    [t('case.occurred'), item.occurred_on],
    [t('case.area'), item.area],
    [t('case.equipment'), item.equipment],
    ...Object.entries(item.facts),
  ].filter(([, value]) => value !== '')
  return (
    <article className="browser__body" aria-labelledby="case-title">
      <h2 id="case-title" className="page__title">
        {item.title} <span className="tag">{outcomeText(t, item.outcome)}</span>
      </h2>
      <p className="field__hint">{item.category_path.join(' › ')}</p>
      <section>
        <h3 className="entry__label">{t('case.problem')}</h3>
        <p>{item.problem}</p>
      </section>
      <section>
        <h3 className="entry__label">{t('case.solution')}</h3>
        <p className="cases-page__solution">{item.solution}</p>
      </section>
      <dl className="entry__facts">
        {facts.map(([name, value]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>{value}</dd>
          </div>
        ))}
      </dl>
      {item.entry_ids.length > 0 && (
        <section>
          <h3 className="entry__label">{t('case.entries')}</h3>
          <ul>
            {item.entry_ids.map((entryId) => (
              <li key={entryId}>
                <EntryLink entryId={entryId} />
              </li>
            ))}
          </ul>
        </section>
      )}
    </article>
  )
}
