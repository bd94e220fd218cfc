import type { NotificationView } from '@/api/types'

/** Where the object of a notification is read; null where no page shows it. */
export function addressOfObject({
  object_kind: kind,
  object_id: id,
}: Pick<NotificationView, 'object_kind' | 'object_id'>): string | null {
  switch (kind) {
    case 'import':
      return `/knowledge/import/${id}`
    case 'entry':
      return `/knowledge/${id}`
    case 'change':
      return `/changes/${id}`
    case 'skill':
      return '/learning'
    case 'skill_proposal':
      return '/training/skills'
    case 'curation_item':
      return `/curation/${id}`
    case 'case':
      return `/cases/${id}`
    case 'call':
      return `/calls/${id}`
    case 'work_order':
      return `/work-orders/${id}`
    case 'callback':
      return '/callbacks'
    case 'survey':
      return '/surveys'
    case 'self_call':
      return '/health'
    case 'job':
      return '/jobs'
    case 'gold_run':
      return `/knowledge/tests?run=${encodeURIComponent(id)}`
    default:
      return null
  }
}
