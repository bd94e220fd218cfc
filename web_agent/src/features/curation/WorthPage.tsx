import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { Link } from 'react-router'

import { worthQuery } from '@/api/queries/curation'
import type { WorthRow } from '@/api/types'
import { useTranslation } from '@/i18n/useTranslation'
import { DataTable } from '@/ui/DataTable'
import { ListPage } from '@/ui/ListPage'
import { Segmented } from '@/ui/Segmented'
import { Empty, Failure, Loading } from '@/ui/states'

const DAYS = ['30', '90', '365'] as const
const LISTS = ['never', 'dismissed', 'top'] as const
const FIGURES = ['shown', 'read_out', 'used', 'dismissed', 'wrong', 'solved', 'called_again', 'flags'] as const

/** Which entries are worth their place: never found, often dismissed, most used. */
export function WorthPage() {
  const { t } = useTranslation()
  const [days, setDays] = useState<(typeof DAYS)[number]>('90')
  const [list, setList] = useState<(typeof LISTS)[number]>('top')
  const worth = useQuery(worthQuery(Number(days)))
  const lists = worth.data && { never: worth.data.never_found, dismissed: worth.data.often_dismissed, top: worth.data.top } // prettier-ignore
  return (
    <ListPage
      title={t('curation.worth')}
      filters={
        <>
          <Segmented
            legend={t('curation.worth')}
            isLegendHidden
            value={list}
            options={LISTS.map((value) => ({
              value,
              label: t(`curation.worth_${value}`, { count: lists?.[value].total ?? 0 }),
            }))}
            onChange={setList}
          />
          <Segmented
            legend={t('curation.worth_days', { count: Number(days) })}
            isLegendHidden
            value={days}
            options={DAYS.map((value) => ({ value, label: t('curation.worth_days', { count: Number(value) }) }))}
            onChange={setDays}
          />
          {worth.data !== undefined && (
            <span className="field__hint">{t('curation.worth_published', { count: worth.data.published })}</span>
          )}
        </>
      }
    >
      {worth.isPending && <Loading lines={8} />}
      {worth.isError && <Failure error={worth.error} onRetry={worth.refetch} />}
      {lists !== undefined && (
        <Rows caption={t(`curation.worth_${list}`, { count: lists[list].total })} rows={lists[list].items} />
      )}
    </ListPage>
  )
}

function Rows({ caption, rows }: { caption: string; rows: readonly WorthRow[] }) {
  const { t } = useTranslation()
  if (rows.length === 0) return <Empty title={t('curation.worth_none')} hint={t('curation.worth_none_hint')} />
  return (
    <DataTable
      caption={caption}
      columns={[
        {
          key: 'title',
          title: t('entry.field_title'),
          isMain: true,
          render: (row) => <Link to={`/knowledge/${row.entry_id}`}>{row.title}</Link>,
        },
        { key: 'owner', title: t('entry.owner'), render: (row) => row.owner },
        ...FIGURES.map((name) => ({
          key: name,
          title: t(`curation.use_${name}`),
          isNumber: true,
          render: (row: WorthRow) => row[name],
        })),
      ]}
      rows={rows}
      keyOf={(row) => row.entry_id}
    />
  )
}
