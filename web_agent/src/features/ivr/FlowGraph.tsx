import { Graph, layout } from '@dagrejs/dagre'
import type { Edge, Node, NodeProps } from '@xyflow/react'
import { Background, Controls, Handle, Position, ReactFlow } from '@xyflow/react'
import type { KeyboardEvent } from 'react'
import { useMemo } from 'react'

import { useTranslation } from '@/i18n/useTranslation'

import type { FlowDefinition, FlowNode } from './definition'
import { RETURN, waysOut } from './definition'
import { fieldText, kindText } from './words'

import '@xyflow/react/dist/style.css'

const WIDTH = 190
const HEIGHT = 92
const ZOOM = 0.6
const MARGIN = 24
const MIDDLE = 320

interface Shown extends Record<string, unknown> {
  name: string
  node: FlowNode
  flaws: number
  isStart: boolean
  isHere: boolean
  counts: NodeCounts | undefined
}

/** What callers did at a node in the last thirty days. */
export interface NodeCounts {
  visits: number
  no_matches: number
  repeats: number
  gave_up: number
  left: number
}

const TROUBLES = ['no_matches', 'repeats', 'gave_up', 'left'] as const

interface FlowGraphProps {
  flow: FlowDefinition
  flaws: ReadonlyMap<string, number>
  selected: string | null
  /** Counts by node; none where nobody called. */
  counts: ReadonlyMap<string, NodeCounts>
  /** Where the simulated caller is. */
  here: string | null
  onSelect: (name: string) => void
}

/** The flow as a graph, laid out from its start to its ends. */
export function FlowGraph({ flow, flaws, counts, selected, here, onSelect }: FlowGraphProps) {
  const { t } = useTranslation()
  const places = useMemo(() => placesOf(flow), [flow])
  const nodes: Node<Shown>[] = Object.entries(flow.nodes).map(([name, node]) => ({
    id: name,
    type: 'flow',
    position: places.get(name) ?? { x: 0, y: 0 },
    selected: name === selected,
    ariaLabel: `${name}, ${kindText(t, node.kind)}`,
    data: {
      name,
      node,
      flaws: flaws.get(name) ?? 0,
      isStart: name === flow.start,
      isHere: name === here,
      counts: counts.get(name),
    },
  }))
  const edges: Edge[] = edgesOf(flow).map((edge) => ({
    id: `${edge.from}-${edge.field}`,
    source: edge.from,
    target: edge.to,
    ...(edge.from === selected && { label: fieldText(t, edge.field) }),
    animated: edge.from === selected,
    className: edge.field === 'give_up' ? 'flow-edge flow-edge--failure' : 'flow-edge',
    focusable: false,
  }))
  const chooseByKey = (event: KeyboardEvent<HTMLElement>) => {
    const node = (event.target as HTMLElement).closest<HTMLElement>('.react-flow__node')
    if (event.key === 'Enter' && node?.dataset.id !== undefined) onSelect(node.dataset.id)
  }
  return (
    // eslint-disable-next-line jsx-a11y/no-static-element-interactions -- rejected: a key on a focused node bubbles to here.
    <div className="flow-graph" onKeyDown={chooseByKey}>
      <ReactFlow
        nodes={nodes}
        edges={edges}
        nodeTypes={NODE_TYPES}
        nodesDraggable={false}
        nodesConnectable={false}
        defaultViewport={viewOf(places.get(flow.start), Math.min(...[...places.values()].map(({ y }) => y)))}
        minZoom={0.15}
        onNodeClick={(_event, node) => {
          onSelect(node.id)
        }}
        onSelectionChange={({ nodes: chosen }) => {
          const first = chosen[0]
          if (first !== undefined && first.id !== selected) onSelect(first.id)
        }}
      >
        <Background />
        <Controls showInteractive={false} position="top-right" />
      </ReactFlow>
    </div>
  )
}

/** The start at the left edge, half down at most; a flow with little above its start begins at the top. */
const viewOf = (start = { x: 0, y: 0 }, top = 0) => ({
  x: MARGIN - start.x * ZOOM,
  y: Math.min(MIDDLE - start.y * ZOOM, MARGIN - top * ZOOM),
  zoom: ZOOM,
})

function FlowNodeBox({ data, selected }: NodeProps<Node<Shown>>) {
  const { t } = useTranslation()
  const { name, node, flaws, isStart, isHere, counts } = data
  const texts = [node.text, node.question, node.flow, node.what].filter((item) => typeof item === 'string')
  const text = texts.find((item) => item !== '') ?? ''
  const classes = ['flow-node', `flow-node--${node.kind}`, selected && 'is-selected', isHere && 'is-here']
  return (
    <div className={classes.filter(Boolean).join(' ')}>
      <Handle type="target" position={Position.Left} isConnectable={false} />
      <span className="flow-node__head">
        <b>{kindText(t, node.kind)}</b>
        <code>{name}</code>
        {isStart && <span className="tag tag--accent">{t('ivr.start')}</span>}
        {flaws > 0 && <span className="tag tag--danger">⚠ {flaws}</span>}
      </span>
      <span className="flow-node__text">{text}</span>
      {counts !== undefined && (
        <span className="flow-node__counts">
          <span title={t('ivr.count_visits')}>▶ {counts.visits}</span>
          {TROUBLES.filter((name) => counts[name] > 0).map((name) => (
            <span key={name} className="is-trouble">
              {t(`ivr.count_${name}`)} {counts[name]}
            </span>
          ))}
        </span>
      )}
      <Handle type="source" position={Position.Right} isConnectable={false} />
    </div>
  )
}

const NODE_TYPES = { flow: FlowNodeBox }

const edgesOf = (flow: FlowDefinition) =>
  Object.entries(flow.nodes)
    .flatMap(([name, node]) => waysOut(name, node))
    .filter((edge) => edge.to !== RETURN && edge.to in flow.nodes)

function placesOf(flow: FlowDefinition): Map<string, { x: number; y: number }> {
  const graph = new Graph().setGraph({ rankdir: 'LR', nodesep: 18, ranksep: 70 }).setDefaultEdgeLabel(() => ({}))
  for (const name of Object.keys(flow.nodes)) graph.setNode(name, { width: WIDTH, height: HEIGHT })
  for (const edge of edgesOf(flow)) {
    // Ways to a person would pull everything to one side.
    if (edge.field !== 'give_up') graph.setEdge(edge.from, edge.to)
  }
  for (const goal of Object.values(flow.intents)) {
    if (goal.go in flow.nodes && flow.start !== goal.go) graph.setEdge(flow.start, goal.go)
  }
  layout(graph)
  return new Map(
    graph.nodes().map((name) => {
      const { x, y } = graph.node(name) as { x: number; y: number }
      return [name, { x: x - WIDTH / 2, y: y - HEIGHT / 2 }]
    }),
  )
}
