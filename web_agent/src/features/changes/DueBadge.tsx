import { useQuery } from '@tanstack/react-query'
import { Link } from 'react-router'

import { dueChangesQuery } from '@/api/queries/changes'
import { usePermission } from '@/features/session/useSession'
import { useTranslation } from '@/i18n/useTranslation'

/** How many changes of the knowledge wait to be acknowledged; nothing while none does. */
export function DueBadge() {
  const { t } = useTranslation()
  const canRead = usePermission('knowledge.read')
  const due = useQuery({ ...dueChangesQuery, enabled: canRead })
  const count = due.data?.due ?? 0
  if (count === 0) return null
  return (
    <Link className="tag tag--waiting" to="/changes">
      {t('changes.badge', { count })}
    </Link>
  )
}
