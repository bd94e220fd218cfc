import { useInfiniteQuery } from '@tanstack/react-query'
import { useDeferredValue, useState } from 'react'
import { useTranslation } from '@/i18n/useTranslation'

import { entriesQuery } from '@/api/queries/knowledge'
import type { EntrySummary, RevisionState } from '@/api/types'
import { usePathNames } from '@/features/category/useCategoryNames'
import { usePermission } from '@/features/session/useSession'
import { Button } from '@/ui/Button'
import { Segmented } from '@/ui/Segmented'
import { Empty, Failure, Loading } from '@/ui/states'

import type { Place } from './CategoryTree'
import { walkRows } from '@/ui/rows'

import { BulkBar } from './BulkBar'
import { EntryRow } from './EntryRow'
import { RevisionTag } from './EntryView'

interface EntryListProps {
  place: Place
  status: RevisionState | null
  onStatus: (status: RevisionState | null) => void
  chosen: string | null
}

/** So many entries the server changes at once. */
const MOST_PICKED = 200
const STATUSES = ['published', 'in_review', 'retired', 'all'] as const

export function EntryList({ place, status, onStatus, chosen }: EntryListProps) {
  const { t } = useTranslation()
  const [title, setTitle] = useState('')
  const wanted = useDeferredValue(title.trim())
  const canEdit = usePermission('knowledge.edit')
  const [picked, setPicked] = useState<ReadonlySet<string> | null>(null)
  return (
    <>
      <div className="browser__filter browser__filter--row">
        <Segmented
          legend={t('knowledge.status')}
          isLegendHidden
          value={status === null || status === 'draft' ? 'all' : status}
          options={STATUSES.map((value) => ({ value, label: t(`knowledge.status_${value}`) }))}
          onChange={(value) => {
            onStatus(value === 'all' ? null : value)
          }}
        />
        <input
          className="input"
          type="search"
          aria-label={t('knowledge.title_filter')}
          placeholder={t('knowledge.title_filter')}
          maxLength={100}
          value={title}
          onChange={(event) => {
            setTitle(event.target.value)
          }}
        />
      </div>
      {canEdit && (
        <div className="browser__tools">
          <Button
            isSmall
            aria-pressed={picked !== null}
            onClick={() => {
              setPicked(picked === null ? new Set() : null)
            }}
          >
            {t(picked === null ? 'bulk.open' : 'bulk.close')}
          </Button>
        </div>
      )}
      {picked !== null && (
        <BulkBar
          chosen={[...picked]}
          onDone={() => {
            setPicked(new Set())
          }}
        />
      )}
      <Entries
        place={place}
        status={status}
        title={wanted || null}
        chosen={chosen}
        picked={picked}
        onPick={setPicked}
      />
    </>
  )
}

interface EntriesProps extends Omit<EntryListProps, 'onStatus'> {
  title: string | null
  /** Entries that are chosen for one change to all of them; null while nobody changes many. */
  picked: ReadonlySet<string> | null
  onPick: (picked: ReadonlySet<string>) => void
}

function Entries({ place, status, title, chosen, picked, onPick }: EntriesProps) {
  const { t } = useTranslation()
  const entries = useInfiniteQuery(entriesQuery({ ...place, status, title }))
  if (entries.isPending) return <Loading lines={10} />
  if (entries.isError && entries.data === undefined) return <Failure error={entries.error} onRetry={entries.refetch} />
  const items = entries.data.pages.flatMap((page) => page.items)
  if (items.length === 0) return <Empty title={t('knowledge.none')} hint={t('knowledge.none_hint')} />
  return (
    // eslint-disable-next-line jsx-a11y/no-static-element-interactions -- rejected: the keys of the links inside bubble to here.
    <div className="browser__rows" onKeyDown={walkRows}>
      {picked !== null && (
        <Button
          isSmall
          onClick={() => {
            onPick(new Set(items.slice(0, MOST_PICKED).map((entry) => entry.id)))
          }}
        >
          {t('bulk.all')}
        </Button>
      )}
      {items.map((entry) => (
        <div key={entry.id} className={picked === null ? '' : 'bulk-edit__row'}>
          {picked !== null && (
            <input
              type="checkbox"
              aria-label={t('bulk.pick', { title: entry.title })}
              checked={picked.has(entry.id)}
              onChange={(event) => {
                const others = [...picked].filter((id) => id !== entry.id)
                onPick(new Set(event.target.checked ? [...others, entry.id] : others))
              }}
            />
          )}
          <SummaryRow entry={entry} isChosen={entry.id === chosen} />
        </div>
      ))}
      {entries.hasNextPage && (
        <Button className="more" disabled={entries.isFetchingNextPage} onClick={() => entries.fetchNextPage()}>
          {t('common.more')}
        </Button>
      )}
    </div>
  )
}

function SummaryRow({ entry, isChosen }: { entry: EntrySummary; isChosen: boolean }) {
  const { t } = useTranslation()
  const pathNames = usePathNames()
  return (
    <EntryRow
      entryId={entry.id}
      isChosen={isChosen}
      title={entry.title}
      aside={entry.status !== 'published' && <RevisionTag state={entry.status} />}
      facts={[
        pathNames(entry.category_path).slice(0, 3).join(' › '),
        t('card.revision', { number: entry.revision_number }),
        entry.reviewed_on === null ? t('card.never_reviewed') : t('card.reviewed', { date: entry.reviewed_on }),
      ]}
    />
  )
}
