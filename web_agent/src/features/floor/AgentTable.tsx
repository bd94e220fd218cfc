import { asProblem } from '@/api/problem'
import { useSetAgentState } from '@/api/queries/floor'
import type { FloorAgent, FloorCall } from '@/api/types'
import { problemText } from '@/i18n/problemText'
import { useTranslation } from '@/i18n/useTranslation'
import { usePermission } from '@/features/session/useSession'
import { Button } from '@/ui/Button'
import { clockTime } from '@/ui/format'
import { Banner, Empty } from '@/ui/states'

import { topicText } from './figures'
import { useSince } from './time'

const TONES: Readonly<Record<FloorAgent['state'], string>> = {
  offline: 'tag',
  ready: 'tag tag--ready',
  paused: 'tag tag--waiting',
  wrap_up: 'tag tag--waiting',
  ringing: 'tag tag--accent',
  on_call: 'tag tag--accent',
}

interface AgentTableProps {
  agents: readonly FloorAgent[]
  calls: readonly FloorCall[]
  /** Whether states can be set: an exchange is connected. */
  hasActions: boolean
}

/** Agents as tiles: who, in which state, since when, and what the call is about. */
export function AgentTable({ agents, calls, hasActions }: AgentTableProps) {
  const { t } = useTranslation()
  const mayDirect = usePermission('floor.direct')
  const set = useSetAgentState()
  return (
    <section className="panel" aria-label={t('floor.agents')}>
      <div className="panel__head">
        <h2 className="panel__title">{t('floor.agents')}</h2>
      </div>
      {set.isError && <Banner tone="problem">{problemText(t, asProblem(set.error))}</Banner>}
      {agents.length === 0 ? (
        <Empty title={t('floor.no_agents')} />
      ) : (
        <ul className="floor__agents">
          {agents.map((agent) => (
            <AgentTile
              key={`${agent.agent}/${agent.name}/${agent.call_id ?? ''}`}
              agent={agent}
              isInDanger={calls.some((call) => call.call_id === agent.call_id && call.alerts > 0)}
              onSet={
                hasActions && mayDirect && agent.agent !== '' && agent.state !== 'offline' && !set.isPending
                  ? (state) => {
                      set.mutate({
                        agent: agent.agent,
                        state,
                        reason: state === 'paused' ? t('floor.forced_reason') : '',
                      })
                    }
                  : null
              }
            />
          ))}
        </ul>
      )}
    </section>
  )
}

interface AgentTileProps {
  agent: FloorAgent
  isInDanger: boolean
  onSet: ((state: 'ready' | 'paused') => void) | null
}

function AgentTile({ agent, isInDanger, onSet }: AgentTileProps) {
  const { t } = useTranslation()
  const since = useSince()(agent.since)
  const isPaused = agent.state === 'paused' || agent.state === 'wrap_up'
  const name = agent.name
  return (
    <li className={`floor__agent ${isInDanger ? 'floor__agent--danger' : ''}`}>
      <span className="floor__agent-name">
        {isInDanger && '⚠ '}
        {name}
        {agent.agent !== '' && agent.agent !== name && <small> {agent.agent}</small>}
      </span>
      <span className={TONES[agent.state]}>{t(`floor.agent_state.${agent.state}`)}</span>
      <span className="floor__agent-time">{since === null ? '' : clockTime(since)}</span>
      <span className="floor__agent-topic">
        {topicText(agent.topic) || (agent.state === 'paused' ? agent.reason : '')}
      </span>
      {onSet !== null && (
        <Button
          isSmall
          tone="quiet"
          aria-label={t(isPaused ? 'floor.set_ready_named' : 'floor.set_paused_named', { name })}
          onClick={() => {
            onSet(isPaused ? 'ready' : 'paused')
          }}
        >
          {t(isPaused ? 'floor.set_ready' : 'floor.set_paused')}
        </Button>
      )}
    </li>
  )
}
