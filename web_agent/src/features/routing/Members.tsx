import type { KnownAgent, RoutingQueue } from '@/api/types'
import { useTranslation } from '@/i18n/useTranslation'

import { Check } from './Check'
import { Choice } from './Choices'

interface MembersProps {
  queue: RoutingQueue
  agents: readonly KnownAgent[]
  isReadOnly: boolean
  onMembers: (members: RoutingQueue['members']) => void
}

/** Who is rung, the most able first; agents without a telephone stay visible, so that they can be taken out. */
export function Members({ queue, agents, isReadOnly, onMembers }: MembersProps) {
  const { t } = useTranslation()
  const known = agents.map((agent) => agent.agent)
  const lost = queue.members.filter((member) => !known.includes(member.agent))
  const rows = [
    ...agents,
    ...lost.map(({ agent }) => ({ agent, name: t('routing.no_telephone'), joins: [] as string[] })),
  ]
  const set = (agent: string, penalty: number | null) => {
    const others = queue.members.filter((member) => member.agent !== agent)
    onMembers(
      penalty === null
        ? others
        : [...others, { agent, penalty }].toSorted(
            (one, two) => one.penalty - two.penalty || one.agent.localeCompare(two.agent),
          ),
    )
  }
  return (
    <fieldset className="routing__members">
      <legend className="field__label">{t('routing.members')}</legend>
      {rows.length === 0 && <p className="field__hint">{t('routing.no_agents')}</p>}
      <ul>
        {rows.map(({ agent, name, joins }) => {
          const member = queue.members.find((item) => item.agent === agent)
          return (
            <li key={agent} className="routing__member">
              <Check
                label={name === agent || name === '' ? agent : `${agent} ${name}`}
                isChecked={member !== undefined}
                isDisabled={isReadOnly}
                onChange={(isIn) => {
                  set(agent, isIn ? 0 : null)
                }}
              />
              {member === undefined && joins.includes(queue.name) && (
                <span className="tag tag--ready">{t('routing.joins', { skill: queue.skill })}</span>
              )}
              {member !== undefined && (
                <Choice
                  label={t('routing.penalty_named', { agent })}
                  value={String(member.penalty)}
                  options={Array.from({ length: 11 }, (_, penalty) => ({
                    value: String(penalty),
                    label: t(penalty === 0 ? 'routing.penalty_first' : 'routing.penalty_step', { penalty }),
                  }))}
                  isReadOnly={isReadOnly}
                  onChange={(penalty) => {
                    set(agent, Number(penalty ?? 0))
                  }}
                />
              )}
            </li>
          )
        })}
      </ul>
      <p className="field__hint">{t('routing.penalty_hint')}</p>
      {queue.skill !== '' && <p className="field__hint">{t('routing.skill_hint')}</p>}
    </fieldset>
  )
}
