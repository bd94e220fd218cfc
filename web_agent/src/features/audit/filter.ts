import type { AuditFilter } from '@/api/queries/audit'
import { beginOfDay } from '@/ui/format'

/** What the filter fields hold; empty filters nothing. */
export interface AuditFields {
  actor: string
  action: string
  object: string
  /** Days of the installation's time zone, both included: `2026-03-01`. */
  from: string
  to: string
}

export const NO_FIELDS: AuditFields = { actor: '', action: '', object: '', from: '', to: '' }

const orNull = (text: string): string | null => (text.trim() === '' ? null : text.trim())

const beginOf = (day: string, shift: number): string | null => (day === '' ? null : beginOfDay(day, shift))

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
