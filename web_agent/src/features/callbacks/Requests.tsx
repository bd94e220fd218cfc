import { useQuery } from '@tanstack/react-query'

import { asProblem } from '@/api/problem'
import type { CallbackDeed } from '@/api/queries/callbacks'
import { callbacksQuery, useActOnCallback } from '@/api/queries/callbacks'
import type { CallbackLine, CallbackList } from '@/api/types'
import { intentText } from '@/features/ivr/words'
import { problemText } from '@/i18n/problemText'
import { useTranslation } from '@/i18n/useTranslation'
import { Button } from '@/ui/Button'
import type { Column } from '@/ui/DataTable'
import { DataTable } from '@/ui/DataTable'
import { localTime } from '@/ui/format'
import { useShortcut } from '@/ui/shortcuts'
import { Banner, Empty, Failure, Loading } from '@/ui/states'

import { AttemptForm } from './AttemptForm'

/** Requests of one list; the key N takes the next one. */
export function Requests({ view }: { view: CallbackList }) {
  const { t } = useTranslation()
  const requests = useQuery(callbacksQuery(view))
  const act = useActOnCallback()
  const items = requests.data?.items ?? []
  const mine = items.filter((item) => item.is_mine)
  const next = items.find((item) => item.state === 'open')
  const others = items.filter((item) => !item.is_mine)
  const columns = useColumns(view, mine.length === 0 ? next?.id : undefined, act.isPending, act.mutate)
  useShortcut({
    chord: 'N',
    group: 'lists',
    label: t('callbacks.take_next'),
    isEnabled: view === 'due' && next !== undefined && mine.length === 0 && !act.isPending,
    run: () => {
      if (next !== undefined) act.mutate({ deed: 'take', id: next.id })
    },
  })
  if (requests.isPending) return <Loading lines={8} />
  if (requests.isError && requests.data === undefined) {
    return <Failure error={requests.error} onRetry={requests.refetch} />
  }
  return (
    <>
      {requests.isError && <Banner tone="waiting">{t('callbacks.stale')}</Banner>}
      {act.isError && <Banner tone="problem">{problemText(t, asProblem(act.error))}</Banner>}
      {mine.map((item) => (
        <TakenRequest key={item.id} item={item} isPending={act.isPending} onAct={act.mutate} />
      ))}
      {items.length === 0 && <Empty title={t(`callbacks.none_${view}`)} hint={t(`callbacks.none_${view}_hint`)} />}
      {others.length > 0 && (
        <section className="panel">
          <DataTable caption={t(`callbacks.view_${view}`)} columns={columns} rows={others} keyOf={(item) => item.id} />
        </section>
      )}
    </>
  )
}

type Act = (deed: CallbackDeed) => void

function useColumns(
  view: CallbackList,
  nextId: string | undefined,
  isPending: boolean,
  onAct: Act,
): Column<CallbackLine>[] {
  const { t } = useTranslation()
  const columns: Column<CallbackLine>[] = [
    { key: 'number', title: t('callbacks.column_number'), render: (item) => <Number item={item} /> },
    {
      key: 'intent',
      title: t('callbacks.column_intent'),
      isMain: true,
      render: (item) => (
        <>
          {item.intent === null ? t('callbacks.no_intent') : intentText(t, item.intent)}{' '}
          {item.reason !== 'asked' && (
            <span className={item.reason === 'bad_mark' ? 'tag tag--danger' : 'tag'}>
              {t(`callbacks.reason_${item.reason}`)}
            </span>
          )}
        </>
      ),
    },
    { key: 'queue', title: t('callbacks.column_queue'), render: (item) => item.queue || '–' },
    {
      key: 'asked',
      title: t('callbacks.column_asked'),
      render: (item) => localTime(item.requested_at).slice(5, 16),
    },
    { key: 'attempts', title: t('callbacks.column_attempts'), render: (item) => <Attempts item={item} /> },
  ]
  if (view === 'over') {
    return [
      ...columns,
      { key: 'note', title: t('callbacks.column_note'), render: (item) => item.note || '–' },
      { key: 'by', title: t('callbacks.column_by'), render: (item) => item.done_by ?? '–' },
    ]
  }
  return [
    { key: 'place', title: t('callbacks.column_place'), isNumber: true, render: (item) => item.place ?? '–' },
    ...columns,
    ...(view === 'later'
      ? [
          {
            key: 'due',
            title: t('callbacks.column_due'),
            render: (item: CallbackLine) => (item.due_at === null ? '–' : localTime(item.due_at).slice(5, 16)),
          },
        ]
      : []),
    {
      key: 'deeds',
      title: t('callbacks.column_deeds'),
      render: (item) =>
        item.state === 'taken' ? (
          t('callbacks.taken_by', { name: item.taken_by ?? '' })
        ) : (
          <Button
            isSmall
            disabled={isPending}
            aria-label={t('callbacks.take_named', { number: item.number })}
            {...(item.id === nextId && view === 'due' && { chord: 'N' })}
            onClick={() => {
              onAct({ deed: 'take', id: item.id })
            }}
          >
            {t('callbacks.take')}
          </Button>
        ),
    },
  ]
}

function Number({ item }: { item: CallbackLine }) {
  const { t } = useTranslation()
  return (
    <span className="callbacks__number" title={item.is_number_masked ? t('callbacks.masked') : undefined}>
      {item.number}
    </span>
  )
}

function Attempts({ item }: { item: CallbackLine }) {
  const { t } = useTranslation()
  if (item.outcome === null) return '–'
  return `${t(`callbacks.outcome_${item.outcome}`)}${item.attempts > 1 ? ` ×${String(item.attempts)}` : ''}`
}

/** The request that one works on: its number, the telephone, and what came of the attempt. */
function TakenRequest({ item, isPending, onAct }: { item: CallbackLine; isPending: boolean; onAct: Act }) {
  const { t } = useTranslation()
  const dial = () => {
    onAct({ deed: 'dial', id: item.id })
  }
  useShortcut({ chord: 'D', group: 'lists', label: t('callbacks.dial'), isEnabled: !isPending, run: dial })
  return (
    <section className="panel callbacks__taken" aria-label={t('callbacks.mine')}>
      <div className="panel__head">
        <h2 className="panel__title">
          {t('callbacks.mine')} · <span className="callbacks__number">{item.number}</span>
        </h2>
        <span className="callbacks__deeds">
          <Button tone="primary" chord="D" disabled={isPending} onClick={dial}>
            {t('callbacks.dial')}
          </Button>
          <Button
            tone="quiet"
            disabled={isPending}
            onClick={() => {
              onAct({ deed: 'release', id: item.id })
            }}
          >
            {t('callbacks.release')}
          </Button>
        </span>
      </div>
      <p className="callbacks__facts">
        {item.intent === null ? t('callbacks.no_intent') : intentText(t, item.intent)} ·{' '}
        {t('callbacks.asked_at', { at: localTime(item.requested_at).slice(5, 16) })}
        {item.attempts > 0 && ` · ${t('callbacks.tried', { count: item.attempts })}`}
        {item.note !== '' && ` · ${item.note}`}
      </p>
      <AttemptForm
        isPending={isPending}
        onGive={(given) => {
          onAct({ deed: 'outcome', id: item.id, given })
        }}
      />
    </section>
  )
}
