import { useQuery } from '@tanstack/react-query'

import { asProblem } from '@/api/problem'
import { policyProposalQuery, useChoosePolicy } from '@/api/queries/policies'
import type { PolicyView, ProposalView } from '@/api/types'
import { problemText } from '@/i18n/problemText'
import { useTranslation } from '@/i18n/useTranslation'
import { Button } from '@/ui/Button'
import { Banner } from '@/ui/states'

import { settingText } from './labels'
import { shown } from './settings'

/** Settings that the verdicts of agents speak for, each with what it would have cost and spared. */
export function Proposals({ policy }: { policy: PolicyView }) {
  const proposals = useQuery(policyProposalQuery(policy.name))
  const items = proposals.data?.items ?? []
  return items.map((proposal) => <Proposal key={proposal.setting} policy={policy} proposal={proposal} />)
}

function Proposal({ policy, proposal }: { policy: PolicyView; proposal: ProposalView }) {
  const { t } = useTranslation()
  const choose = useChoosePolicy(policy.name)
  const { useful, refused } = proposal
  const name = settingText(t, policy.name, proposal.setting)
  const evidence = ({ value, lost, spared }: ProposalView['proposed']) =>
    t('policies.evidence', { value: shown(value), lost, useful, spared, refused })
  const accept = (choice: ProposalView['proposed']) => {
    choose.mutate({
      value: { ...policy.value, [proposal.setting]: choice.value },
      note: t('policies.proposal_note', { evidence: evidence(choice) }).slice(0, 500),
      based_on: policy.version?.number ?? 0,
    })
  }
  const choices = [proposal.proposed, ...proposal.choices]
  return (
    <section className="policy__proposal" aria-label={t('policies.proposal', { name })}>
      <h3>{t('policies.proposal', { name })}</h3>
      <p className="field__hint">
        {t('policies.proposal_lead', { current: shown(proposal.current), judged: useful + refused })}
      </p>
      {choose.isError && <Banner tone="problem">{problemText(t, asProblem(choose.error))}</Banner>}
      <ul>
        {choices.map((choice, place) => (
          <li key={shown(choice.value)} className={place === 0 ? 'is-proposed' : ''}>
            <span>{evidence(choice)}</span>
            <Button
              isSmall
              tone={place === 0 ? 'primary' : 'quiet'}
              disabled={choose.isPending}
              aria-label={t('policies.accept_named', { value: shown(choice.value) })}
              onClick={() => {
                accept(choice)
              }}
            >
              {t('policies.accept')}
            </Button>
          </li>
        ))}
      </ul>
    </section>
  )
}
