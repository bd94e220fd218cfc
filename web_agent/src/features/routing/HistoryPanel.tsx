import { useInfiniteQuery } from '@tanstack/react-query'

import { asProblem } from '@/api/problem'
import { routingHistoryQuery, useReadRoutingVersion } from '@/api/queries/routing'
import type { RoutingBook, RoutingVersionView } from '@/api/types'
import { problemText } from '@/i18n/problemText'
import { useTranslation } from '@/i18n/useTranslation'
import { Button } from '@/ui/Button'
import type { Column } from '@/ui/DataTable'
import { DataTable } from '@/ui/DataTable'
import { localTime } from '@/ui/format'
import { Banner, Empty, Failure, Loading } from '@/ui/states'

const TONES = {
  applied: 'tag tag--ready',
  saved: 'tag',
  applying: 'tag tag--waiting',
  refused: 'tag tag--danger',
} as const

/** Versions of the rules: who put them in force and since when; an earlier one can be taken up again. */
export function HistoryPanel({ onTake }: { onTake: ((book: RoutingBook) => void) | null }) {
  const { t } = useTranslation()
  const history = useInfiniteQuery(routingHistoryQuery)
  const read = useReadRoutingVersion()
  if (history.isPending) return <Loading lines={6} />
  if (history.isError) return <Failure error={history.error} onRetry={history.refetch} />
  const rows = history.data.pages.flatMap((page) => page.items)
  if (rows.length === 0) return <Empty title={t('routing.no_history')} hint={t('routing.no_history_hint')} />
  const columns: Column<RoutingVersionView>[] = [
    { key: 'number', title: t('routing.version_column'), isNumber: true, render: (row) => row.number },
    {
      key: 'state',
      title: t('routing.state'),
      render: (row) => <span className={TONES[row.state]}>{t(`routing.state_${row.state}`)}</span>,
    },
    { key: 'since', title: t('routing.since_column'), render: (row) => localTime(row.since) },
    { key: 'author', title: t('routing.author'), render: (row) => row.author_name },
    {
      key: 'note',
      title: t('routing.note'),
      isMain: true,
      render: (row) => [row.note, row.problem].filter(Boolean).join(' — '),
    },
    {
      key: 'deeds',
      title: '',
      render: (row) =>
        onTake !== null && (
          <Button
            isSmall
            disabled={read.isPending}
            aria-label={t('routing.take_named', { number: row.number })}
            onClick={() => {
              read.mutate(row.number, {
                onSuccess: ({ book }) => {
                  onTake(book)
                },
              })
            }}
          >
            {t('routing.take')}
          </Button>
        ),
    },
  ]
  return (
    <section className="panel">
      {read.isError && <Banner tone="problem">{problemText(t, asProblem(read.error))}</Banner>}
      <DataTable
        caption={t('routing.tab_history')}
        columns={columns}
        rows={rows}
        keyOf={(row) => row.number}
        more={history.hasNextPage ? { isPending: history.isFetchingNextPage, load: history.fetchNextPage } : null}
      />
    </section>
  )
}
