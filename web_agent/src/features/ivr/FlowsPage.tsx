import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { Link } from 'react-router'

import { asProblem } from '@/api/problem'
import { flowsQuery, numbersQuery, useChooseNumbers } from '@/api/queries/ivr'
import { sessionQuery } from '@/api/queries/session'
import type { FlowLine, NumberRule } from '@/api/types'
import { problemText } from '@/i18n/problemText'
import { useTranslation } from '@/i18n/useTranslation'
import { Button } from '@/ui/Button'
import type { Column } from '@/ui/DataTable'
import { DataTable } from '@/ui/DataTable'
import { localTime } from '@/ui/format'
import { ListPage } from '@/ui/ListPage'
import { sectorText } from '@/ui/sectors'
import { Banner, Failure, Loading } from '@/ui/states'

import { PushTexts } from './PushTexts'
import { optionText } from './words'

import './Ivr.css'

/** Every speech flow, and which number leads to which. */
export function FlowsPage() {
  const { t } = useTranslation()
  const flows = useQuery(flowsQuery)
  return (
    <ListPage title={t('ivr.title')}>
      {flows.isPending && <Loading lines={6} />}
      {flows.isError && <Failure error={flows.error} onRetry={flows.refetch} />}
      {flows.data !== undefined && (
        <>
          <Flows items={flows.data.items} />
          <Numbers flows={flows.data.items} />
          <PushTexts />
        </>
      )}
    </ListPage>
  )
}

function Flows({ items }: { items: FlowLine[] }) {
  const { t } = useTranslation()
  const columns: Column<FlowLine>[] = [
    {
      key: 'title',
      title: t('ivr.column_flow'),
      isMain: true,
      render: (flow) => (
        <>
          <Link to={`/ivr/${flow.name}`}>{flow.title}</Link>{' '}
          {flow.is_part && <span className="tag">{t('ivr.is_part')}</span>}
        </>
      ),
    },
    { key: 'sector', title: t('ivr.column_sector'), render: (flow) => sectorText(t, flow.sector) },
    { key: 'nodes', title: t('ivr.column_nodes'), isNumber: true, render: (flow) => flow.node_count },
    { key: 'state', title: t('ivr.column_state'), render: (flow) => <FlowState flow={flow} /> },
    {
      key: 'numbers',
      title: t('ivr.column_numbers'),
      render: (flow) => numbersText(flow.numbers, t('ivr.every_number')),
    },
    { key: 'changed', title: t('ivr.column_changed'), render: (flow) => localTime(flow.changed_at) },
    { key: 'by', title: t('ivr.column_by'), render: (flow) => flow.changed_by },
  ]
  return (
    <section className="panel">
      <DataTable caption={t('ivr.title')} columns={columns} rows={items} keyOf={(flow) => flow.name} />
    </section>
  )
}

const numbersText = (numbers: readonly string[], every: string) =>
  numbers.length === 0 ? '–' : numbers.map((number) => (number === '' ? every : number)).join('、')

function FlowState({ flow }: { flow: FlowLine }) {
  const { t } = useTranslation()
  if (flow.flaw_count > 0)
    return <span className="tag tag--danger">⚠ {t('ivr.flaws', { count: flow.flaw_count })}</span>
  if (flow.live_version === null) return <span className="tag">{t('ivr.never_published')}</span>
  if (flow.live_version === flow.newest_version) {
    return <span className="tag tag--ready">{t('ivr.live', { version: flow.live_version })}</span>
  }
  return (
    <span className="tag tag--waiting">
      {t('ivr.draft_behind', { live: flow.live_version, draft: flow.newest_version })}
    </span>
  )
}

const HOURS = ['any', 'working', 'closed', 'holiday'] as const

/** Which flow answers which number; the first line that fits counts. */
function Numbers({ flows }: { flows: readonly FlowLine[] }) {
  const { t } = useTranslation()
  const session = useQuery(sessionQuery)
  const table = useQuery(numbersQuery)
  const choose = useChooseNumbers()
  const [edited, setEdited] = useState<NumberRule[] | null>(null)
  if (table.data === undefined) return null
  const mayPublish = session.data?.permissions.includes('ivr.publish') ?? false
  const rules = edited ?? table.data.rules
  const change = (place: number, part: Partial<NumberRule>) => {
    setEdited(rules.map((rule, index) => (index === place ? { ...rule, ...part } : rule)))
  }
  const usable = flows.filter((flow) => flow.answers_numbers && flow.live_version !== null)
  return (
    <section className="panel numbers" aria-labelledby="numbers-title">
      <div className="panel__head">
        <h2 id="numbers-title" className="panel__title">
          {t('ivr.numbers')}
        </h2>
        <span className="tag">{t('ivr.hours_now', { hours: optionText(t, table.data.hours_now) })}</span>
      </div>
      <p className="numbers__hint">{t('ivr.numbers_hint')}</p>
      {choose.isError && <Banner tone="problem">{problemText(t, asProblem(choose.error))}</Banner>}
      {rules.map((rule, place) => (
        <div key={place} className="numbers__row">
          <input
            className="input"
            aria-label={t('ivr.number')}
            placeholder={t('ivr.every_number')}
            value={rule.number}
            disabled={!mayPublish}
            onChange={(event) => {
              change(place, { number: event.target.value })
            }}
          />
          <select
            className="input"
            aria-label={t('ivr.hours')}
            value={rule.hours}
            disabled={!mayPublish}
            onChange={(event) => {
              change(place, { hours: event.target.value as NumberRule['hours'] })
            }}
          >
            {HOURS.map((hours) => (
              <option key={hours} value={hours}>
                {optionText(t, hours)}
              </option>
            ))}
          </select>
          <select
            className="input"
            aria-label={t('ivr.column_flow')}
            value={rule.flow ?? ''}
            disabled={!mayPublish}
            onChange={(event) => {
              change(place, { flow: event.target.value === '' ? null : event.target.value })
            }}
          >
            <option value="">{t('ivr.straight_to_queue')}</option>
            {usable.map((flow) => (
              <option key={flow.name} value={flow.name}>
                {flow.title}
              </option>
            ))}
          </select>
          {mayPublish && (
            <Button
              isSmall
              tone="quiet"
              aria-label={t('ivr.remove_rule', { number: rule.number })}
              onClick={() => {
                setEdited(rules.filter((_, index) => index !== place))
              }}
            >
              ✕
            </Button>
          )}
        </div>
      ))}
      {rules.length === 0 && <p className="numbers__hint">{t('ivr.no_rules')}</p>}
      {mayPublish && (
        <div className="numbers__deeds">
          <Button
            onClick={() => {
              setEdited([...rules, { number: '', hours: 'any', flow: usable[0]?.name ?? null }])
            }}
          >
            {t('ivr.add_rule')}
          </Button>
          <Button
            tone="primary"
            disabled={edited === null || choose.isPending}
            onClick={() => {
              choose.mutate(rules, {
                onSuccess: () => {
                  setEdited(null)
                },
              })
            }}
          >
            {t('ivr.put_in_force')}
          </Button>
        </div>
      )}
    </section>
  )
}
