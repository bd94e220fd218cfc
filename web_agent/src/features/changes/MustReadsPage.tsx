import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { Link, useParams } from 'react-router'

import { closeMustRead, mustReadsQuery, readersQuery, remindReaders, useChangesChanged } from '@/api/queries/changes'
import type { MustReadView } from '@/api/types'
import { usePermission } from '@/features/session/useSession'
import { problemText } from '@/i18n/problemText'
import { useTranslation } from '@/i18n/useTranslation'
import { Button } from '@/ui/Button'
import { DataTable } from '@/ui/DataTable'
import { localTime } from '@/ui/format'
import { ListPage } from '@/ui/ListPage'
import { Banner, Empty, Failure, Loading } from '@/ui/states'
import { useSaving } from '@/ui/useSaving'

import './Changes.css'

/** Must-read publications: how many have acknowledged each, and of the chosen one who has not yet. */
export function MustReadsPage() {
  const { t } = useTranslation()
  const { mustReadId } = useParams()
  const mustReads = useQuery(mustReadsQuery)
  return (
    <ListPage title={t('changes.follow_title')}>
      {mustReads.isPending && <Loading />}
      {mustReads.isError && <Failure error={mustReads.error} onRetry={mustReads.refetch} />}
      {mustReads.data !== undefined && (
        <div className="changes__follow">
          <List items={mustReads.data.items} />
          {mustReadId !== undefined && <Readers key={mustReadId} id={mustReadId} />}
        </div>
      )}
    </ListPage>
  )
}

function List({ items }: { items: readonly MustReadView[] }) {
  const { t } = useTranslation()
  if (items.length === 0) return <Empty title={t('changes.none_marked')} hint={t('changes.none_marked_hint')} />
  return (
    <DataTable
      caption={t('changes.follow_title')}
      columns={[
        {
          key: 'title',
          title: t('entry.field_title'),
          isMain: true,
          render: (row) => <Link to={`/must-reads/${row.id}`}>{row.title}</Link>,
        },
        { key: 'roles', title: t('changes.audience'), render: (row) => row.roles.map((role) => t(`role.${role}`)).join(t('orders.comma')) }, // prettier-ignore
        { key: 'read', title: t('changes.acknowledged'), isNumber: true, render: (row) => `${row.acknowledged} / ${row.asked}` }, // prettier-ignore
        { key: 'author', title: t('changes.marked_by'), render: (row) => row.author_name },
        { key: 'at', title: t('changes.marked_at'), render: (row) => localTime(row.created_at) },
        { key: 'state', title: t('changes.state'), render: (row) => t(row.closed_at === null ? 'changes.open' : 'changes.closed') }, // prettier-ignore
      ]}
      rows={items}
      keyOf={(row) => row.id}
    />
  )
}

function Readers({ id }: { id: string }) {
  const { t } = useTranslation()
  const readers = useQuery(readersQuery(id))
  const changed = useChangesChanged()
  const canClose = usePermission('knowledge.edit')
  const [reminded, setReminded] = useState<number | null>(null)
  const reminding = useSaving(remindReaders, {
    onSaved: ({ people }) => {
      setReminded(people)
      void changed()
    },
  })
  const closing = useSaving(closeMustRead, { onSaved: () => void changed() })
  if (readers.isPending) return <Loading />
  if (readers.isError) return <Failure error={readers.error} onRetry={readers.refetch} />
  const { must_read: shown, items } = readers.data
  const problem = reminding.problem ?? closing.problem
  const isOpen = shown.closed_at === null
  return (
    <section className="panel" aria-labelledby="readers-title">
      <div className="panel__head">
        <h2 id="readers-title" className="panel__title">
          {t('changes.readers', { title: shown.title })}
        </h2>
        <span className="page__actions">
          <Button
            isSmall
            disabled={!isOpen || reminding.isPending || shown.acknowledged === shown.asked}
            onClick={() => {
              reminding.save(id)
            }}
          >
            {t('changes.remind')}
          </Button>
          {canClose && (
            <Button
              isSmall
              disabled={!isOpen || closing.isPending}
              onClick={() => {
                closing.save(id)
              }}
            >
              {t('changes.close')}
            </Button>
          )}
        </span>
      </div>
      {problem !== null && <Banner tone="problem">{problemText(t, problem)}</Banner>}
      {reminded !== null && <p role="status">{t('changes.reminded', { count: reminded })}</p>}
      <DataTable
        caption={t('changes.readers', { title: shown.title })}
        columns={[
          { key: 'name', title: t('changes.person'), isMain: true, render: (row) => row.name },
          {
            key: 'at',
            title: t('changes.acknowledged'),
            render: (row) =>
              row.acknowledged_at === null ? (
                <span className="tag tag--waiting">{t('changes.not_yet')}</span>
              ) : (
                localTime(row.acknowledged_at)
              ),
          },
        ]}
        rows={items}
        keyOf={(row) => row.account_id}
      />
    </section>
  )
}
