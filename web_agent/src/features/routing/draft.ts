import type { RoutingBook, RoutingHours, RoutingNumber, RoutingQueue, RoutingRule } from '@/api/types'

/** What every panel of the page is given: the rules as they are being edited. */
export interface PanelProps {
  draft: RoutingBook
  onChange: (draft: RoutingBook) => void
  isReadOnly: boolean
}

/** Replaces one row of a list. */
export function replaced<Row>(rows: readonly Row[], index: number, row: Row): Row[] {
  return rows.map((known, at) => (at === index ? row : known))
}

/** Leaves one row of a list out. */
export function without<Row>(rows: readonly Row[], index: number): Row[] {
  return rows.filter((_, at) => at !== index)
}

/** Moves one row of a list one place up. */
export function movedUp<Row>(rows: readonly Row[], index: number): Row[] {
  const before = rows[index - 1]
  const row = rows[index]
  if (before === undefined || row === undefined) return [...rows]
  return [...rows.slice(0, index - 1), row, before, ...rows.slice(index + 1)]
}

/** The first of `word`, `word_2`, `word_3` … that is not taken. */
export function freeName(word: string, taken: readonly string[]): string {
  for (let count = 1; ; count += 1) {
    const name = count === 1 ? word : `${word}_${count}`
    if (!taken.includes(name)) return name
  }
}

export function newNumber(draft: RoutingBook): RoutingNumber {
  const queue = draft.queues[0]?.name ?? 'hotline'
  return {
    number: '',
    title: '',
    sector: null,
    queue,
    flow: null,
    hours: null,
    closed_queue: null,
    notice: '',
    head_start_seconds: 0,
  }
}

export function newQueue(draft: RoutingBook): RoutingQueue {
  return {
    name: freeName(
      'queue',
      draft.queues.map((queue) => queue.name),
    ),
    title: '',
    skill: '',
    members: [],
    strategy: 'rrmemory',
    ring_seconds: 15,
    max_wait_seconds: 300,
    overflow: null,
    overflow_when_nobody_is_free: false,
    has_wrap_up: true,
    music: '',
    announcements: {
      is_on: true,
      first_seconds: 20,
      every_seconds: 60,
      says_place: true,
      says_wait: true,
      says_notices: true,
      offers_callback: true,
      offers_message: true,
    },
  }
}

export function newRule(): RoutingRule {
  return { title: '', prefixes: [], dialled: null, queue: null, head_start_seconds: 0 }
}

const OFFICE = [{ start: '08:30:00', end: '18:00:00' }]

export function newHours(draft: RoutingBook): RoutingHours {
  return {
    name: freeName(
      'hours',
      draft.hours.map((hours) => hours.name),
    ),
    title: '',
    week: [OFFICE, OFFICE, OFFICE, OFFICE, OFFICE, [], []],
    keeps_holidays: false,
    special_days: [],
  }
}

/** Renames a queue and everything that names it, so that nothing points nowhere. */
export function renamedQueue(draft: RoutingBook, from: string, to: string): RoutingBook {
  const turned = (name: string | null | undefined) => (name === from ? to : (name ?? null))
  return {
    ...draft,
    queues: draft.queues.map((queue) => ({
      ...queue,
      name: queue.name === from ? to : queue.name,
      overflow: turned(queue.overflow),
    })),
    numbers: draft.numbers.map((number) => ({
      ...number,
      queue: number.queue === from ? to : number.queue,
      closed_queue: turned(number.closed_queue),
    })),
    rules: draft.rules.map((rule) => ({ ...rule, queue: turned(rule.queue) })),
    service: { ...draft.service, vip_queue: turned(draft.service.vip_queue) },
  }
}

/** A number as a person types it, or what it was where it is none; whole and within the bounds. */
export function wholeNumber(text: string, least: number, most: number, was: number): number {
  const value = Number.parseInt(text, 10)
  return Number.isNaN(value) ? was : Math.min(most, Math.max(least, value))
}

/** Shifts as they are typed: `08:30-12:00 14:00-18:00`; null where the text is none. */
export function parseShifts(text: string): { start: string; end: string }[] | null {
  const words = text
    .replaceAll(/[–—~\u81f3\u5230]/g, '-')
    .replaceAll(/[:：]/g, ':')
    .split(/[\s,，、;；]+/)
    .filter(Boolean)
  const shifts = words.map((word) => /^([01]?\d|2[0-4]):([0-5]\d)-([01]?\d|2[0-4]):([0-5]\d)$/.exec(word))
  if (shifts.some((found) => found === null)) return null
  return shifts.map((found) => ({
    start: clock(found?.[1] ?? '0', found?.[2] ?? '00'),
    end: clock(found?.[3] ?? '0', found?.[4] ?? '00'),
  }))
}

function clock(hours: string, minutes: string): string {
  // Midnight at the end of a day is the beginning of the next one.
  return `${(hours === '24' ? '0' : hours).padStart(2, '0')}:${minutes}:00`
}

export function shiftsText(shifts: readonly { start: string; end: string }[]): string {
  return shifts.map(({ start, end }) => `${start.slice(0, 5)}-${end.slice(0, 5)}`).join(' ')
}
