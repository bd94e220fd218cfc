import type { AuditFilter } from '@/api/queries/audit'

/** What the filter fields hold; empty filters nothing. */
export interface AuditFields {
  actor: string
  action: string
  object: string
  /** Days of the machine's time zone, both included: `2026-03-01`. */
  from: string
  to: string
}

export const NO_FIELDS: AuditFields = { actor: '', action: '', object: '', from: '', to: '' }

const orNull = (text: string): string | null => (text.trim() === '' ? null : text.trim())

/** Midnight at which a day begins here, `shift` days later. */
function beginOf(day: string, shift: number): string | null {
  const [year, month, date] = day.split('-').map(Number)
  if (year === undefined || month === undefined || date === undefined) return null
  return new Date(year, month - 1, date + shift).toISOString()
}

/** The fields as the server takes them; the last day counts to its end. */
export function filterOf(fields: AuditFields): AuditFilter {
  return {
    actor_name: orNull(fields.actor),
    action: orNull(fields.action),
    object_kind: orNull(fields.object),
    since: beginOf(fields.from, 0),
    until: beginOf(fields.to, 1),
  }
}
