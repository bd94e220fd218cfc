import { useTranslation } from '@/i18n/useTranslation'

import type { ImportPlan, ImportSummary } from '@/api/types'

export const PLANS: readonly ImportPlan[] = ['new', 'changed', 'unchanged', 'kept', 'gone', 'refused']

/** How many entries are new, changed and so on; what there is none of is not said. */
export function PlanCounts({ counts }: { counts: ImportSummary['counts'] }) {
  const { t } = useTranslation()
  const some = PLANS.filter((plan) => (counts[plan] ?? 0) > 0)
  if (some.length === 0) return <span className="plan-counts">–</span>
  return (
    <span className="plan-counts">
      {some.map((plan) => (
        <span key={plan} className={`plan plan--${plan}`}>
          {t(`import.plan_${plan}`)} {counts[plan]}
        </span>
      ))}
    </span>
  )
}
