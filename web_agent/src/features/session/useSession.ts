import { useQuery } from '@tanstack/react-query'

import { sessionQuery } from '@/api/queries/session'
import type { Permission, SessionView } from '@/api/types'

/** Only under `Shell`, which shows its children to signed-in people alone. */
export function useSession(): SessionView {
  const { data } = useQuery(sessionQuery)
  if (data === null || data === undefined) throw new Error('useSession outside the signed-in shell')
  return data
}

export function usePermission(permission: Permission): boolean {
  return useSession().permissions.includes(permission)
}
