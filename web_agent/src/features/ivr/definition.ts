import { BUSINESS_TYPES } from '@/ui/businessTypes'

/** A flow as the server writes it; the server checks every field again. */
export type FlowNode = { kind: string } & Record<string, unknown>

export interface FlowDefinition extends Record<string, unknown> {
  name: string
  title: string
  start: string
  agent: string
  emergency: string
  intents: Record<string, { title: string; go: string }>
  nodes: Record<string, FlowNode>
}

export const RETURN = 'return'

/** What a field of a node holds, so that the form shows the right control. */
export type FieldType = 'text' | 'line' | 'node' | 'maybe_node' | 'nodes_by_key' | 'number' | 'flow' | readonly string[]

const ASKING = { text: 'text', again: 'text', by: ['both', 'speech', 'keys'] } as const
const LOOK_UPS = ['account', 'balance', 'arrears', 'bill', 'payments', 'usage', 'progress', 'outage', 'package']
const DECIDED_BY = ['hours', 'caller_class', 'load', 'area', 'identified', 'slot']

/** The fields of each kind of node, in the order of the form. */
export const FIELDS: Readonly<Record<string, Readonly<Record<string, FieldType>>>> = {
  say: { text: 'text', next: 'node' },
  menu: { ...ASKING, keys: 'nodes_by_key', give_up: 'node' },
  number: {
    ...ASKING,
    name: 'line',
    slot: 'line',
    fewest: 'number',
    most: 'number',
    check: ['none', 'luhn'],
    next: 'node',
    give_up: 'node',
  },
  yes_no: { ...ASKING, yes: 'node', no: 'node', slot: 'line', give_up: 'node' },
  words: { ...ASKING, slot: 'line', next: 'node', give_up: 'node' },
  survey: { ...ASKING, next: 'node', give_up: 'node' },
  look_up: {
    what: LOOK_UPS,
    slot: 'line',
    text: 'text',
    found: 'node',
    not_found: 'node',
    unverified: 'maybe_node',
    failed: 'node',
  },
  answer: { text: 'text', question: 'text', next: 'node', missing: 'maybe_node' },
  create_order: { order_type: BUSINESS_TYPES, text: 'text', next: 'node', failed: 'node' },
  self_service: {
    what: ['order_channel', 'redeem_card'],
    item: 'line',
    text: 'text',
    done: 'node',
    refused: 'node',
    unverified: 'maybe_node',
    failed: 'node',
  },
  queue: { text: 'text', queue: 'line', priority: 'number' },
  voicemail: { text: 'text', next: 'node', empty: 'maybe_node' },
  callback: { next: 'node', failed: 'node' },
  send_sms: { text: 'text', next: 'node', failed: 'node' },
  decide: { by: DECIDED_BY, slot: 'line', cases: 'nodes_by_key', otherwise: 'node' },
  sub_flow: { flow: 'flow', next: 'node' },
  hang_up: { text: 'text' },
}

export const KINDS = Object.keys(FIELDS)
/** Fields that may be left empty; an empty one is sent as null. */
const NULLABLE = new Set(['unverified', 'missing', 'empty', 'queue'])

/** A new node of a kind, with every field that the form shows. */
export function emptyNode(kind: string): FlowNode {
  const node: FlowNode = { kind }
  for (const [field, type] of Object.entries(FIELDS[kind] ?? {})) {
    if (NULLABLE.has(field)) node[field] = null
    else if (type === 'nodes_by_key') node[field] = {}
    else if (type === 'number') node[field] = field === 'most' ? 12 : field === 'priority' ? 0 : 1
    else node[field] = typeof type === 'string' ? '' : (type[0] ?? '')
  }
  return kind === 'decide' || kind === 'yes_no' ? { ...node, slot: null } : node
}

/** A field as it is sent: nothing instead of an empty text where the server knows nothing. */
export function sentValue(node: FlowNode, field: string, value: unknown): unknown {
  const isOptional = NULLABLE.has(field) || (field === 'slot' && (node.kind === 'decide' || node.kind === 'yes_no'))
  return isOptional && value === '' ? null : value
}

export interface Edge {
  from: string
  to: string
  field: string
}

/** The ways from a node, each with the field that names it. */
export function waysOut(name: string, node: FlowNode): Edge[] {
  return Object.entries(FIELDS[node.kind] ?? {}).flatMap(([field, type]): Edge[] => {
    const value = node[field]
    if (type === 'nodes_by_key') {
      return Object.entries((value ?? {}) as Record<string, string>).map(([key, to]) => ({
        from: name,
        to,
        field: key,
      }))
    }
    const isWay = (type === 'node' || type === 'maybe_node') && typeof value === 'string' && value !== ''
    return isWay ? [{ from: name, to: value, field }] : []
  })
}

export interface NodeChange {
  name: string
  change: 'added' | 'changed' | 'removed'
}

/** What differs between two flows: names of nodes that were added, changed or removed. */
export function changedNodes(before: FlowDefinition, after: FlowDefinition): NodeChange[] {
  const names = [...new Set([...Object.keys(before.nodes), ...Object.keys(after.nodes)])].sort()
  return names.flatMap((name): NodeChange[] => {
    const [old, now] = [before.nodes[name], after.nodes[name]]
    if (old === undefined) return [{ name, change: 'added' }]
    if (now === undefined) return [{ name, change: 'removed' }]
    return sorted(old) === sorted(now) ? [] : [{ name, change: 'changed' }]
  })
}

const sorted = (value: unknown): string =>
  JSON.stringify(value, (_key, item: unknown) =>
    item !== null && typeof item === 'object' && !Array.isArray(item)
      ? Object.fromEntries(Object.entries(item).sort(([a], [b]) => (a < b ? -1 : 1)))
      : item,
  )
