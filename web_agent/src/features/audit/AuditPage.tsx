import { useInfiniteQuery, useQuery } from '@tanstack/react-query'
import { useState } from 'react'

import { auditFileAddress, auditQuery, auditStateQuery } from '@/api/queries/audit'
import type { AuditFilter } from '@/api/queries/audit'
import type { AuditEntryView } from '@/api/types'
import { useTranslation } from '@/i18n/useTranslation'
import { DataTable } from '@/ui/DataTable'
import type { Column } from '@/ui/DataTable'
import { localTime } from '@/ui/format'
import { ListPage } from '@/ui/ListPage'
import { Banner, Empty, Failure, Loading } from '@/ui/states'

import { AuditFilters } from './AuditFilters'
import { filterOf, NO_FIELDS } from './filter'

/** Who did what and when, and whether the log is as it was written. */
export function AuditPage() {
  const { t } = useTranslation()
  const [fields, setFields] = useState(NO_FIELDS)
  const filter = filterOf(fields)
  return (
    <ListPage
      title={t('audit.title')}
      actions={
        <a className="button" href={auditFileAddress(filter)} download>
          {t('audit.export')}
        </a>
      }
      filters={<AuditFilters fields={fields} onChange={setFields} />}
    >
      <ChainState />
      <Entries filter={filter} />
    </ListPage>
  )
}

function ChainState() {
  const { t } = useTranslation()
  const state = useQuery(auditStateQuery).data
  if (state === undefined) return null
  if (state.fault !== null) {
    return (
      <Banner tone="problem">
        {t(`audit.fault_${state.fault.kind}`, { number: state.fault.number })} {t('audit.fault_hint')}
      </Banner>
    )
  }
  return <p className="field__hint">{t('audit.whole', { checked: state.checked, entries: state.entries })}</p>
}

function Entries({ filter }: { filter: AuditFilter }) {
  const { t } = useTranslation()
  const entries = useInfiniteQuery(auditQuery(filter))
  if (entries.isPending) return <Loading lines={10} />
  if (entries.isError && entries.data === undefined) return <Failure error={entries.error} onRetry={entries.refetch} />
  const items = entries.data.pages.flatMap((page) => page.items)
  if (items.length === 0) return <Empty title={t('audit.none')} hint={t('audit.none_hint')} />
  const columns: Column<AuditEntryView>[] = [
    { key: 'number', title: t('audit.column_number'), isNumber: true, render: (entry) => entry.number },
    { key: 'at', title: t('audit.column_at'), render: (entry) => localTime(entry.at) },
    { key: 'actor', title: t('audit.column_actor'), render: (entry) => entry.actor_name },
    { key: 'action', title: t('audit.column_action'), render: (entry) => entry.action },
    { key: 'object', title: t('audit.column_object'), isMain: true, render: objectOf },
    { key: 'address', title: t('audit.column_address'), render: (entry) => entry.address || '–' },
  ]
  return (
    <section className="panel">
      <DataTable
        caption={t('audit.title')}
        columns={columns}
        rows={items}
        keyOf={(entry) => entry.number}
        more={entries.hasNextPage ? { isPending: entries.isFetchingNextPage, load: entries.fetchNextPage } : null}
      />
    </section>
  )
}

function objectOf(entry: AuditEntryView) {
  const details = Object.entries(entry.details).map(([name, value]) => `${name} ${String(value)}`)
  const text = [`${entry.object_kind} ${entry.object_id}`, ...details].join(' · ')
  return <span title={text}>{text}</span>
}
