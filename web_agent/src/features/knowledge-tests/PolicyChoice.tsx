import { useQuery } from '@tanstack/react-query'
import { useTranslation } from '@/i18n/useTranslation'

import { asProblem } from '@/api/problem'
import { testPolicyQuery, useChoosePolicy } from '@/api/queries/knowledgeTests'
import { problemText } from '@/i18n/problemText'
import { Segmented } from '@/ui/Segmented'

const POLICIES = ['off', 'warn', 'block'] as const

/** What happens when a text would cost test questions their place. */
export function PolicyChoice() {
  const { t } = useTranslation()
  const policy = useQuery(testPolicyQuery)
  const choose = useChoosePolicy()
  if (policy.data === undefined) return null
  return (
    <div className="tests__tools tests__tools--policy">
      <Segmented
        legend={t('tests.policy')}
        value={policy.data.policy}
        options={POLICIES.map((value) => ({ value, label: t(`tests.policy_${value}`) }))}
        onChange={(value) => {
          choose.mutate(value)
        }}
      />
      <span className="field__hint">
        {t(`tests.policy_hint_${policy.data.policy}`)}
        {policy.data.chosen_by !== null && ` ${t('tests.policy_by', { author: policy.data.chosen_by })}`}
      </span>
      {choose.isError && <span className="field__error">{problemText(t, asProblem(choose.error))}</span>}
    </div>
  )
}
