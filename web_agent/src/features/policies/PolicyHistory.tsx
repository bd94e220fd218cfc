import { useQuery } from '@tanstack/react-query'

import { asProblem } from '@/api/problem'
import { policyHistoryQuery, useRestorePolicy } from '@/api/queries/policies'
import type { PolicyVersionView, PolicyView } from '@/api/types'
import { problemText } from '@/i18n/problemText'
import type { Translate } from '@/i18n/useTranslation'
import { useTranslation } from '@/i18n/useTranslation'
import { Button } from '@/ui/Button'
import { Banner, Failure, Loading } from '@/ui/states'
import { Timeline } from '@/ui/Timeline'

import { choiceText, settingText } from './labels'
import { changedSettings, shown } from './settings'

/** Every version of a policy, and the way back to it. */
export function PolicyHistory({ policy }: { policy: PolicyView }) {
  const { t } = useTranslation()
  const history = useQuery(policyHistoryQuery(policy.name))
  const restore = useRestorePolicy(policy.name)
  if (history.isPending) return <Loading lines={3} />
  if (history.isError) return <Failure error={history.error} onRetry={history.refetch} />
  const { items } = history.data
  if (items.length === 0) return <p className="field__hint">{t('policies.no_history')}</p>
  return (
    <div>
      {restore.isError && <Banner tone="problem">{problemText(t, asProblem(restore.error))}</Banner>}
      <Timeline
        label={t('policies.history')}
        items={items.map((version, index) => ({
          key: version.number,
          at: version.since,
          title: t('policies.version', {
            number: version.number,
            changes: changesOf(t, version, items[index + 1], policy),
          }),
          detail: [version.author_name, version.note].filter((part) => part !== '').join(' · '),
          action: version.number !== policy.version?.number && (
            <Button
              isSmall
              disabled={restore.isPending}
              aria-label={t('policies.restore_named', { number: version.number })}
              onClick={() => {
                restore.mutate({ number: version.number, note: '', based_on: policy.version?.number ?? 0 })
              }}
            >
              {t('policies.restore')}
            </Button>
          ),
        }))}
      />
    </div>
  )
}

/** The settings that a version chose otherwise than the one before it, or than the defaults. */
function changesOf(
  t: Translate,
  version: PolicyVersionView,
  before: PolicyVersionView | undefined,
  policy: PolicyView,
): string {
  return changedSettings(before?.value ?? policy.default, version.value)
    .map((name) => `${settingText(t, policy.name, name)} = ${valueText(t, policy.name, version.value[name])}`)
    .join(' · ')
}

/** A value in a word or a line; of a list of rules how many there are. */
function valueText(t: Translate, policy: string, value: unknown): string {
  if (!Array.isArray(value)) return choiceText(t, policy, shown(value))
  const items: readonly unknown[] = value
  if (items.some((item) => typeof item === 'object')) return t('policies.rules', { count: items.length })
  return items.map((item) => choiceText(t, policy, shown(item))).join(t('orders.comma')) || '–'
}
