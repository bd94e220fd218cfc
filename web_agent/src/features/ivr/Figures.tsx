import { useQuery } from '@tanstack/react-query'

import { flowFiguresQuery } from '@/api/queries/ivr'
import type { FlowFigures } from '@/api/types'
import { useTranslation } from '@/i18n/useTranslation'
import { Button } from '@/ui/Button'
import type { Column } from '@/ui/DataTable'
import { DataTable } from '@/ui/DataTable'
import { Empty, Failure, Loading } from '@/ui/states'

type NodeFigures = FlowFigures['nodes'][number]
const COUNTS = ['visits', 'no_matches', 'silences', 'repeats', 'jumps', 'gave_up', 'left'] as const
const RATES = ['recognition_failure', 'intent_failure'] as const
const percent = (share: number | null) => (share === null ? '–' : `${String(Math.round(share * 100))}%`)
const seconds = (ms: number | null) => (ms === null ? '–' : `${(ms / 1000).toFixed(1)} s`)

/** Where callers fail, repeat, give up and hang up. */
export function Figures({ name, onOpen }: { name: string; onOpen: (node: string) => void }) {
  const { t } = useTranslation()
  const figures = useQuery(flowFiguresQuery(name))
  if (figures.isPending) return <Loading lines={5} />
  if (figures.isError) return <Failure error={figures.error} onRetry={figures.refetch} />
  const { dialogues, nodes } = figures.data
  if (dialogues === 0 && nodes.length === 0)
    return <Empty title={t('ivr.no_dialogues')} hint={t('ivr.no_dialogues_hint')} />
  const columns: Column<NodeFigures>[] = [
    {
      key: 'node',
      title: t('ivr.state_node'),
      isMain: true,
      render: (row) => (
        <Button
          isSmall
          tone="quiet"
          onClick={() => {
            onOpen(row.node)
          }}
        >
          {row.node}
        </Button>
      ),
    },
    ...COUNTS.map((count) => ({
      key: count,
      title: t(`ivr.count_${count}`),
      isNumber: true,
      render: (row: NodeFigures) => row[count] || '–',
    })),
    ...RATES.map((rate) => ({
      key: rate,
      title: t(`ivr.rate_${rate}`),
      isNumber: true,
      render: (row: NodeFigures) => percent(row[rate]),
    })),
  ]
  const worst = [...nodes].sort((a, b) => b.no_matches + b.gave_up + b.left - (a.no_matches + a.gave_up + a.left))
  return (
    <>
      <p className="flow-page__hint">{t('ivr.figures_of', { dialogues })}</p>
      <Whole figures={figures.data} />
      <DataTable caption={t('ivr.side_figures')} columns={columns} rows={worst} keyOf={(row) => row.node} />
      <p className="flow-page__hint">{t('ivr.rates_formula')}</p>
    </>
  )
}

interface Figure {
  name: 'containment' | 'called_again' | 'response' | 'mark'
  value: string
  counts: Record<string, number>
}

/** The figures of the flow, each with how it is reckoned. */
function Whole({ figures }: { figures: FlowFigures }) {
  const { t } = useTranslation()
  const { response_p50_ms: p50, response_p95_ms: p95, mean_mark: mean, marks, ends } = figures
  const shown: Figure[] = [
    {
      name: 'containment',
      value: percent(figures.containment),
      counts: { goodbyes: ends.goodbye ?? 0, dialogues: figures.dialogues },
    },
    { name: 'called_again', value: percent(figures.called_again), counts: {} },
    { name: 'response', value: `${seconds(p50)} / ${seconds(p95)}`, counts: {} },
    { name: 'mark', value: mean === null ? '–' : mean.toFixed(1), counts: { marks } },
  ]
  return (
    <dl className="flow-page__whole">
      {shown.map(({ name, value, counts }) => (
        <div key={name}>
          <dt>{t(`ivr.figure_${name}`)}</dt>
          <dd className="flow-page__value">{value}</dd>
          <dd>{t(`ivr.figure_${name}_formula`, counts)}</dd>
        </div>
      ))}
    </dl>
  )
}
