import type { CallHint, CallSnapshot } from '@/api/types'
import type { BusinessType } from '@/ui/businessTypes'
import { BUSINESS_TYPES } from '@/ui/businessTypes'

/** The business type whose track the call follows: the agent's own category, else the ranked one, else a fault. */
export function businessTypeOf(call: Pick<CallSnapshot, 'chosen_category' | 'category'>): BusinessType {
  const id = call.chosen_category?.category_id ?? call.category?.categories[0]?.category_id ?? ''
  return BUSINESS_TYPES.find((type) => id.startsWith(`${type}/`)) ?? 'fault'
}

/** The hint that stands on the desk: the newest that was not put away and came within the budget; none in quiet mode. */
export function newestShown(hints: readonly CallHint[], isQuiet: boolean): CallHint | null {
  if (isQuiet) return null
  return hints.findLast((hint) => hint.dismissed_by === null && !hint.is_held) ?? null
}

/** Whether a step counts as said: what the agent decided by hand, else whether it was heard. */
export function isStepDone(call: Pick<CallSnapshot, 'steps' | 'hand_steps'>, stepId: string): boolean {
  const byHand = call.hand_steps.find((step) => step.step_id === stepId)
  return byHand?.is_done ?? call.steps.some((said) => said.step_id === stepId)
}
