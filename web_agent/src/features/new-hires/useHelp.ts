import { useQuery } from '@tanstack/react-query'

import { ownHelpQuery } from '@/api/queries/newHires'
import { usePermission } from '@/features/session/useSession'

/** The most help there is: that of somebody who has shown nothing yet. */
export const MOST_HELP = 3

/** What the desk shows more at a level; the server widens the budget of hints besides. */
export interface Help {
  level: number
  /** The whole talk track stands open. */
  track: boolean
  /** Every card shows its steps and why it came, not only the open one. */
  steps: boolean
  /** The open card shows its details. */
  details: boolean
}

export const helpAt = (level: number): Help => ({
  level,
  track: level >= 1,
  steps: level >= 2,
  details: level >= MOST_HELP,
})

/** What the signed-in agent sees more than others; nothing until the server has said so. */
export function useHelp(): Help {
  const canLearn = usePermission('training.learn')
  const own = useQuery({ ...ownHelpQuery, enabled: canLearn })
  return helpAt(own.data?.new_hire?.level ?? 0)
}
