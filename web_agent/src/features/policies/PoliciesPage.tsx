import { useQuery } from '@tanstack/react-query'

import { policiesQuery } from '@/api/queries/policies'
import type { PolicyView } from '@/api/types'
import { useTranslation } from '@/i18n/useTranslation'
import { ListPage } from '@/ui/ListPage'
import { localTime } from '@/ui/format'
import { Empty, Failure, Loading } from '@/ui/states'

import { policyText } from './labels'
import { PolicyForm } from './PolicyForm'
import { PolicyHistory } from './PolicyHistory'
import { Proposals } from './Proposals'

import './Policies.css'

/** Settings that a person changes while the product runs: each with its history. */
export function PoliciesPage() {
  const { t } = useTranslation()
  const policies = useQuery(policiesQuery)
  return (
    <ListPage title={t('policies.title')}>
      {policies.isPending && <Loading lines={8} />}
      {policies.isError && <Failure error={policies.error} onRetry={policies.refetch} />}
      {policies.data?.items.length === 0 && <Empty title={t('policies.none')} hint={t('policies.none_hint')} />}
      {policies.data?.items.map((policy) => (
        <Policy key={`${policy.name} ${policy.version?.number ?? 0}`} policy={policy} />
      ))}
    </ListPage>
  )
}

function Policy({ policy }: { policy: PolicyView }) {
  const { t } = useTranslation()
  const { version } = policy
  const name = policyText(t, policy.name)
  return (
    <section className="panel policy" aria-label={name}>
      <div className="panel__head">
        <h2 className="panel__title">{name}</h2>
        <span className="field__hint">
          {version === null
            ? t('policies.default')
            : t('policies.since', {
                number: version.number,
                at: localTime(version.since),
                author: version.author_name,
              })}
        </span>
      </div>
      <div className="policy__body">
        <div>
          <Proposals policy={policy} />
          <PolicyForm policy={policy} />
        </div>
        <PolicyHistory policy={policy} />
      </div>
    </section>
  )
}
