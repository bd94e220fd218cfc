import type { OrderFilter } from '@/api/queries/orders'

export interface SavedView {
  name: string
  filter: OrderFilter
}

export const EVERYTHING: OrderFilter = {
  state: null,
  business_type: null,
  sector: null,
  unit_id: null,
  is_open: false,
  is_overdue: false,
}

const STORED = 'tingzhi.order-views'
const MOST = 12

/** Views that this person saved in this browser; a stored text that is no list counts as none. */
export function savedViews(): SavedView[] {
  try {
    const stored: unknown = JSON.parse(localStorage.getItem(STORED) ?? '[]')
    if (!Array.isArray(stored)) return []
    return stored
      .filter((item): item is SavedView => typeof item === 'object' && item !== null && 'name' in item)
      .map(({ name, filter }) => ({ name, filter: { ...EVERYTHING, ...filter } }))
  } catch {
    return []
  }
}

/** Keeps a view; one of the same name is replaced, the oldest leaves. */
export function withView(views: readonly SavedView[], view: SavedView): SavedView[] {
  return [...views.filter((known) => known.name !== view.name), view].slice(-MOST)
}

export function storeViews(views: readonly SavedView[]): void {
  localStorage.setItem(STORED, JSON.stringify(views))
}

export const isSame = (left: OrderFilter, right: OrderFilter): boolean =>
  (Object.keys(EVERYTHING) as (keyof OrderFilter)[]).every((name) => left[name] === right[name])
