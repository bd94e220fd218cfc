import type { CallInfo, CallSnapshot, Card, SuggestionList, Utterance } from '@/api/types'

let count = 0
const id = (): string => {
  count += 1
  return `00000000-0000-4000-8000-${String(count).padStart(12, '0')}`
}

export function makeCard(change: Partial<Card> = {}): Card {
  return {
    suggestion_id: id(),
    entry_id: id(),
    revision_id: id(),
    revision_number: 3,
    title: '一户停电先查空开',
    script: '请您先不要反复推合。',
    answer: '1. 看总开关\n2. 看余额',
    variants: ['家里没电了'],
    sector: 'power',
    category_path: ['供电', '停电', '一户停电'],
    business_type: 'fault',
    reviewed_on: '2026-03-01',
    valid_until: null,
    confidence: 'high',
    probability: 0.9,
    score_parts: {},
    trigger_segment_ids: [],
    matches: [],
    is_new: true,
    folded: [],
    number: null,
    answers_segment_id: null,
    ...change,
  }
}

export function makeList(cards: Card[], change: Partial<SuggestionList> = {}): SuggestionList {
  return { cards, cases: [], trigger_segment_id: null, search_state: 'complete', ...change }
}

export function makeUtterance(change: Partial<Utterance> = {}): Utterance {
  return {
    segment_id: id(),
    leg_role: 'customer',
    start_ms: 0,
    end_ms: 1_000,
    text: '对门有电的',
    is_final: true,
    partial_index: -1,
    confidence: 0.9,
    language: 'zh',
    changes: [],
    ...change,
  }
}

export function makeInfo(change: Partial<CallInfo> = {}): CallInfo {
  return {
    id: id(),
    state: 'answered',
    source: 'demo',
    title: '家里突然停电',
    sector: 'power',
    customer_number_masked: '138****0066',
    agent_name: '张班',
    created_at: '2026-03-01T06:00:00Z',
    ended_at: null,
    end_reason: null,
    end_code: '',
    end_message: '',
    duration_ms: 60_000,
    heard_ms: 0,
    speed: '1',
    leg_roles: ['customer', 'agent'],
    has_audio: true,
    ...change,
  }
}

export function makeSnapshot(change: Partial<CallSnapshot> = {}): CallSnapshot {
  return {
    call: makeInfo(),
    utterances: [],
    suggestions: makeList([]),
    withheld: null,
    spoken: [],
    pushed: [],
    category: null,
    chosen_category: null,
    feedback: [],
    alerts: [],
    facts: [],
    summary: null,
    steps: [],
    hand_steps: [],
    hints: [],
    question: null,
    stages: [],
    ...change,
  }
}
