import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { Link, useParams } from 'react-router'

import { asProblem } from '@/api/problem'
import { flowFiguresQuery, flowQuery, flowsQuery, usePublishFlow, useSaveFlow } from '@/api/queries/ivr'
import { sessionQuery } from '@/api/queries/session'
import type { FlawView, FlowView } from '@/api/types'
import { problemText } from '@/i18n/problemText'
import { useTranslation } from '@/i18n/useTranslation'
import { Button } from '@/ui/Button'
import { Segmented } from '@/ui/Segmented'
import { Banner, Failure, Loading } from '@/ui/states'
import { usePageTitle } from '@/ui/usePageTitle'

import { AddNode } from './AddNode'
import type { FlowDefinition, FlowNode } from './definition'
import { changedNodes, emptyNode } from './definition'
import { Figures } from './Figures'
import { FlowGraph } from './FlowGraph'
import { NodeForm } from './NodeForm'
import { Simulator } from './Simulator'
import { useFlaws } from './useFlaws'
import { Versions } from './Versions'

import './Ivr.css'

const SIDES = ['simulator', 'node', 'versions', 'figures'] as const
type Side = (typeof SIDES)[number]

/** One flow: its graph, and beside it the simulator, the chosen node, the versions or the figures. */
export function FlowPage() {
  const { name = '' } = useParams()
  const flow = useQuery(flowQuery(name, null))
  usePageTitle(flow.data?.title ?? name)
  if (flow.isPending) return <Loading lines={10} />
  if (flow.isError) return <Failure error={flow.error} onRetry={flow.refetch} />
  return <Workshop key={flow.data.newest_version} view={flow.data} />
}

function Workshop({ view }: { view: FlowView }) {
  const { t } = useTranslation()
  const saved = view.definition as FlowDefinition
  const [flow, setFlow] = useState(saved)
  const [selected, setSelected] = useState<string | null>(null)
  const [here, setHere] = useState<string | null>(null)
  const [side, setSide] = useState<Side>('simulator')
  const flaws = useFlaws(flow, saved, view.flaws)
  const others = useQuery(flowsQuery)
  const figures = useQuery(flowFiguresQuery(view.name))
  const callers = new Map((figures.data?.nodes ?? []).map((node) => [node.node, node]))
  const parts = (others.data?.items ?? []).filter((item) => item.is_part).map((item) => item.name)
  const isChanged = changedNodes(saved, flow).length > 0
  const changeNode = (node: FlowNode) => {
    if (selected !== null) setFlow({ ...flow, nodes: { ...flow.nodes, [selected]: node } })
  }
  const removeNode = () => {
    setFlow({ ...flow, nodes: Object.fromEntries(Object.entries(flow.nodes).filter(([name]) => name !== selected)) })
    setSelected(null)
  }
  const counts = new Map<string, number>()
  for (const flaw of flaws) if (flaw.node !== null) counts.set(flaw.node, (counts.get(flaw.node) ?? 0) + 1)
  const open = (name: string) => {
    setSelected(name)
    setSide('node')
  }
  return (
    <div className="page flow-page">
      <Head view={view} flow={flow} isChanged={isChanged} flawCount={flaws.length} />
      <Flaws flaws={flaws} onOpen={open} />
      <div className="flow-page__columns">
        <section className="panel flow-page__graph" aria-label={t('ivr.graph')}>
          <AddNode
            flow={flow}
            onAdd={(name, kind) => {
              setFlow({ ...flow, nodes: { ...flow.nodes, [name]: emptyNode(kind) } })
              open(name)
            }}
          />
          <FlowGraph flow={flow} flaws={counts} counts={callers} selected={selected} here={here} onSelect={open} />
        </section>
        <section className="panel flow-page__side">
          <Segmented
            legend={t('ivr.side')}
            isLegendHidden
            value={side}
            options={SIDES.map((value) => ({ value, label: t(`ivr.side_${value}`) }))}
            onChange={setSide}
          />
          {side === 'simulator' && <Simulator flow={flow} onHere={setHere} />}
          {side === 'node' &&
            (selected === null ? (
              <p className="flow-page__hint">{t('ivr.choose_node')}</p>
            ) : (
              <NodeForm
                name={selected}
                flow={flow}
                flaws={flaws.filter((flaw) => flaw.node === selected)}
                parts={parts}
                onChange={changeNode}
                onRemove={removeNode}
              />
            ))}
          {side === 'versions' && <Versions view={view} flow={flow} onTake={setFlow} />}
          {side === 'figures' && <Figures name={view.name} onOpen={open} />}
        </section>
      </div>
    </div>
  )
}

interface HeadProps {
  view: FlowView
  flow: FlowDefinition
  isChanged: boolean
  flawCount: number
}

function Head({ view, flow, isChanged, flawCount }: HeadProps) {
  const { t } = useTranslation()
  const session = useQuery(sessionQuery)
  const save = useSaveFlow(view.name)
  const publish = usePublishFlow(view.name)
  const [note, setNote] = useState('')
  const mayPublish = session.data?.permissions.includes('ivr.publish') ?? false
  const isLive = view.live_version === view.newest_version
  const error = save.error ?? publish.error
  return (
    <>
      <div className="page__head">
        <h1 className="page__title">{view.title}</h1>
        <Link to="/ivr">{t('ivr.all_flows')}</Link>
        <span className={isLive ? 'tag tag--ready' : 'tag tag--waiting'}>
          {isLive
            ? t('ivr.live', { version: view.newest_version })
            : t('ivr.draft_behind', { live: view.live_version ?? '–', draft: view.newest_version })}
        </span>
        <span className="page__actions">
          {isChanged && (
            <input
              className="input"
              aria-label={t('ivr.note')}
              placeholder={t('ivr.note')}
              value={note}
              onChange={(event) => {
                setNote(event.target.value)
              }}
            />
          )}
          <Button
            disabled={!isChanged || save.isPending}
            onClick={() => {
              publish.reset()
              save.mutate({ definition: flow, note, based_on: view.newest_version })
            }}
          >
            {t('ivr.save')}
          </Button>
          {mayPublish && (
            <Button
              tone="primary"
              disabled={isChanged || isLive || flawCount > 0 || publish.isPending}
              onClick={() => {
                save.reset()
                publish.mutate(view.newest_version)
              }}
            >
              {t(publish.isPending ? 'ivr.running_scenarios' : 'ivr.publish')}
            </Button>
          )}
        </span>
      </div>
      {error !== null && <Banner tone="problem">{problemText(t, asProblem(error))}</Banner>}
    </>
  )
}

function Flaws({ flaws, onOpen }: { flaws: readonly FlawView[]; onOpen: (node: string) => void }) {
  const { t } = useTranslation()
  if (flaws.length === 0) return null
  return (
    <Banner tone="waiting">
      {t('ivr.flaws_before', { count: flaws.length })}
      <ul className="flow-page__flaws">
        {flaws.slice(0, 6).map((flaw) => (
          <li key={`${flaw.node ?? ''}-${flaw.field}-${flaw.code}`}>
            {flaw.node === null ? (
              <code>{flaw.field}</code>
            ) : (
              <Button
                isSmall
                tone="quiet"
                onClick={() => {
                  onOpen(flaw.node ?? '')
                }}
              >
                {flaw.node}
              </Button>
            )}{' '}
            {t(`ivr_words.flaw.${flaw.code}`)}
          </li>
        ))}
      </ul>
    </Banner>
  )
}
