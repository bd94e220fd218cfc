import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { Link, useParams } from 'react-router'

import type { DeskFilter } from '@/api/queries/curation'
import { curationItemQuery, deskQuery } from '@/api/queries/curation'
import type { CurationItemSummary, CurationKind } from '@/api/types'
import { useTranslation } from '@/i18n/useTranslation'
import { walkLinks } from '@/ui/rows'
import { useShortcut } from '@/ui/shortcuts'
import { Banner, Empty, Failure, Loading } from '@/ui/states'
import { useGo } from '@/ui/useGo'
import { usePageTitle } from '@/ui/usePageTitle'

import { ItemPane } from './ItemPane'
import { KINDS } from './kinds'
import { LookBar } from './LookBar'

import '@/ui/ListPage.css'
import './Curation.css'

/** So many the server lists at once. */
const MOST_ITEMS = 200
const EVERYTHING: DeskFilter = { kind: null, is_mine: false, with_snoozed: false }

/** The curator's desk: what waits on the left, the heaviest first, and its evidence on the right. */
export function CurationPage() {
  const { t } = useTranslation()
  const { itemId } = useParams()
  const [filter, setFilter] = useState(EVERYTHING)
  const desk = useQuery(deskQuery(filter))
  usePageTitle(t('curation.title'))
  if (desk.isPending) return <Loading lines={10} />
  if (desk.isError && desk.data === undefined) return <Failure error={desk.error} onRetry={desk.refetch} />
  const { items, counts } = desk.data
  const shownId = itemId ?? items[0]?.id
  return (
    <div className="curation">
      <section className="panel curation__list" aria-labelledby="curation-title">
        <div className="panel__head">
          <h1 id="curation-title" className="panel__title">
            {t('curation.title')}
          </h1>
          <LookBar />
        </div>
        <Filters filter={filter} counts={counts} onChange={setFilter} />
        {desk.isError && <Banner tone="waiting">{t('curation.stale')}</Banner>}
        <Queue items={items} shownId={shownId} />
        {items.length === MOST_ITEMS && (
          <p className="field__hint curation__more">{t('curation.more', { count: items.length })}</p>
        )}
      </section>
      <section className="panel curation__item" aria-label={t('curation.item')}>
        {shownId === undefined ? (
          <Empty title={t('curation.none')} hint={t('curation.none_hint')} />
        ) : (
          <Shown key={shownId} id={shownId} items={items} />
        )}
      </section>
    </div>
  )
}

interface FiltersProps {
  filter: DeskFilter
  counts: Readonly<Record<string, number>>
  onChange: (filter: DeskFilter) => void
}

function Filters({ filter, counts, onChange }: FiltersProps) {
  const { t } = useTranslation()
  const total = Object.values(counts).reduce((sum, count) => sum + count, 0)
  return (
    <div className="curation__filters">
      <select
        className="input"
        aria-label={t('curation.filter_kind')}
        value={filter.kind ?? ''}
        onChange={(event) => {
          onChange({ ...filter, kind: event.target.value === '' ? null : (event.target.value as CurationKind) })
        }}
      >
        <option value="">{t('curation.every_kind', { count: total })}</option>
        {KINDS.filter((kind) => (counts[kind] ?? 0) > 0 || kind === filter.kind).map((kind) => (
          <option key={kind} value={kind}>
            {t('curation.kind_counted', { kind: t(`curation.kind_${kind}`), count: counts[kind] ?? 0 })}
          </option>
        ))}
      </select>
      {(['is_mine', 'with_snoozed'] as const).map((name) => (
        <label key={name}>
          <input
            type="checkbox"
            checked={filter[name]}
            onChange={(event) => {
              onChange({ ...filter, [name]: event.target.checked })
            }}
          />{' '}
          {t(`curation.${name}`)}
        </label>
      ))}
    </div>
  )
}

function Queue({ items, shownId }: { items: readonly CurationItemSummary[]; shownId: string | undefined }) {
  const { t } = useTranslation()
  const go = useGo()
  const place = items.findIndex((item) => item.id === shownId)
  const move = (by: number) => {
    const next = items[Math.min(items.length - 1, Math.max(0, place + by))]
    if (next !== undefined) go(`/curation/${next.id}`)
  }
  useShortcut({ chord: 'J', group: 'lists', label: t('curation.next'), run: () => { move(1) } }) // prettier-ignore
  useShortcut({ chord: 'K', group: 'lists', label: t('curation.previous'), run: () => { move(-1) } }) // prettier-ignore
  return (
    // eslint-disable-next-line jsx-a11y/no-noninteractive-element-interactions -- rejected: the keys of the links inside bubble to here.
    <ol className="curation__rows" onKeyDown={walkLinks}>
      {items.map((item) => (
        <li key={item.id}>
          <Link
            className={`entry-row ${item.id === shownId ? 'is-chosen' : ''}`}
            aria-current={item.id === shownId}
            to={`/curation/${item.id}`}
          >
            <span className="entry-row__title">{item.title}</span>
            <span className="tag" title={t('curation.weight')}>
              {t(`curation.weight_${item.kind}`, { count: item.weight })}
            </span>
            <span className="entry-row__facts">
              {[
                t(`curation.kind_${item.kind}`),
                item.sector === null ? '' : t(`sector.${item.sector}` as 'sector.power'),
                item.state === 'open' ? '' : t(`curation.state_${item.state}`),
                item.assignee_name,
              ]
                .filter((part) => part !== '')
                .join(' · ')}
            </span>
          </Link>
        </li>
      ))}
    </ol>
  )
}

function Shown({ id, items }: { id: string; items: readonly CurationItemSummary[] }) {
  const item = useQuery(curationItemQuery(id))
  if (item.isPending) return <Loading lines={8} />
  if (item.isError) return <Failure error={item.error} onRetry={item.refetch} />
  return <ItemPane key={`${id} ${item.data.item.version}`} view={item.data} others={items} />
}
