import { useState } from 'react'

import type { KnownAgent, RoutingQueue } from '@/api/types'
import { useTranslation } from '@/i18n/useTranslation'
import { Button } from '@/ui/Button'
import { Empty } from '@/ui/states'

import { AnnouncementsForm } from './AnnouncementsForm'
import { Check } from './Check'
import { Choice, Count, queueOptions, Text } from './Choices'
import type { PanelProps } from './draft'
import { newQueue, renamedQueue, replaced, without } from './draft'
import { Members } from './Members'

const STRATEGIES = ['rrmemory', 'leastrecent', 'fewestcalls', 'random', 'ringall', 'linear'] as const

/** Waiting lines: a list beside the queue that is edited, with its agents by how able they are. */
export function QueuesPanel({ draft, onChange, isReadOnly, agents }: PanelProps & { agents: readonly KnownAgent[] }) {
  const { t } = useTranslation()
  const [chosen, setChosen] = useState(0)
  const index = Math.min(chosen, draft.queues.length - 1)
  const queue = draft.queues[index]
  return (
    <div className="routing__split">
      <section className="panel routing__list" aria-label={t('routing.tab_queues')}>
        <ul>
          {draft.queues.map((item, at) => (
            <li key={at}>
              <button
                type="button"
                className="routing__item"
                aria-pressed={at === index}
                onClick={() => {
                  setChosen(at)
                }}
              >
                <strong>{item.title || item.name}</strong>
                <span className="field__hint">
                  {[item.skill, t('routing.members_count', { count: item.members.length })].filter(Boolean).join(' · ')}
                </span>
              </button>
            </li>
          ))}
        </ul>
        <p className="routing__below">
          <Button
            disabled={isReadOnly}
            onClick={() => {
              onChange({ ...draft, queues: [...draft.queues, newQueue(draft)] })
              setChosen(draft.queues.length)
            }}
          >
            {t('routing.add_queue')}
          </Button>
        </p>
      </section>
      {queue === undefined ? (
        <Empty title={t('routing.no_queues')} hint={t('routing.no_queues_hint')} />
      ) : (
        <QueueForm
          queue={queue}
          draft={draft}
          agents={agents}
          isReadOnly={isReadOnly}
          onRename={(name) => {
            onChange(renamedQueue(draft, queue.name, name))
          }}
          onRemove={() => {
            onChange({ ...draft, queues: without(draft.queues, index) })
          }}
          onQueue={(changed) => {
            onChange({ ...draft, queues: replaced(draft.queues, index, changed) })
          }}
        />
      )}
    </div>
  )
}

interface QueueFormProps extends Omit<PanelProps, 'onChange'> {
  queue: RoutingQueue
  agents: readonly KnownAgent[]
  onQueue: (queue: RoutingQueue) => void
  onRename: (name: string) => void
  onRemove: () => void
}

function QueueForm({ queue, draft, agents, isReadOnly, onQueue, onRename, onRemove }: QueueFormProps) {
  const { t } = useTranslation()
  const others = queueOptions(draft).filter((option) => option.value !== queue.name)
  const change = (part: Partial<RoutingQueue>) => {
    onQueue({ ...queue, ...part })
  }
  const rows: [string, React.ReactNode][] = [
    [
      t('routing.name'),
      <Text
        key="title"
        label={t('routing.name')}
        value={queue.title}
        isReadOnly={isReadOnly}
        onChange={(title) => {
          change({ title })
        }}
      />,
    ],
    [
      t('routing.short_name'),
      <Text
        key="name"
        label={t('routing.short_name')}
        value={queue.name}
        maxLength={40}
        isReadOnly={isReadOnly}
        onChange={(name) => {
          const clean = name.replaceAll(/\W/g, '')
          if (clean !== '') onRename(clean)
        }}
      />,
    ],
    [
      t('routing.skill'),
      <Text
        key="skill"
        label={t('routing.skill')}
        value={queue.skill}
        isReadOnly={isReadOnly}
        onChange={(skill) => {
          change({ skill })
        }}
      />,
    ],
    [
      t('routing.strategy'),
      <Choice
        key="strategy"
        label={t('routing.strategy')}
        value={queue.strategy}
        options={STRATEGIES.map((value) => ({ value, label: t(`routing.strategy_${value}`) }))}
        isReadOnly={isReadOnly}
        onChange={(strategy) => {
          if (strategy !== null) change({ strategy })
        }}
      />,
    ],
    [
      t('routing.ring_seconds'),
      <Count
        key="ring"
        label={t('routing.ring_seconds')}
        value={queue.ring_seconds}
        least={3}
        most={120}
        isReadOnly={isReadOnly}
        onChange={(ring_seconds) => {
          change({ ring_seconds })
        }}
      />,
    ],
    [
      t('routing.max_wait'),
      <Count
        key="wait"
        label={t('routing.max_wait')}
        value={queue.max_wait_seconds}
        least={5}
        most={3600}
        isReadOnly={isReadOnly}
        onChange={(max_wait_seconds) => {
          change({ max_wait_seconds })
        }}
      />,
    ],
    [
      t('routing.overflow'),
      <Choice
        key="overflow"
        label={t('routing.overflow')}
        value={queue.overflow}
        options={others}
        none={t('routing.no_overflow')}
        isReadOnly={isReadOnly}
        onChange={(overflow) => {
          change({ overflow })
        }}
      />,
    ],
    [
      t('routing.music'),
      <Text
        key="music"
        label={t('routing.music')}
        value={queue.music}
        maxLength={400}
        placeholder={t('routing.standard_music')}
        isReadOnly={isReadOnly}
        onChange={(music) => {
          change({ music })
        }}
      />,
    ],
  ]
  return (
    <section className="panel routing__form" aria-label={queue.title || queue.name}>
      <div className="panel__head">
        <h2 className="panel__title">{queue.title || queue.name}</h2>
        <Button isSmall tone="quiet" disabled={isReadOnly} onClick={onRemove}>
          {t('routing.remove_queue')}
        </Button>
      </div>
      <div className="routing__columns">
        <div className="routing__fields">
          {rows.map(([label, input]) => (
            <div key={label} className="field">
              <span className="field__label" aria-hidden="true">
                {label}
              </span>
              {input}
            </div>
          ))}
          <Check
            label={t('routing.overflow_when_nobody_is_free')}
            isChecked={queue.overflow_when_nobody_is_free}
            isDisabled={isReadOnly || queue.overflow === null}
            onChange={(overflow_when_nobody_is_free) => {
              change({ overflow_when_nobody_is_free })
            }}
          />
          <Check
            label={t('routing.has_wrap_up')}
            isChecked={queue.has_wrap_up}
            isDisabled={isReadOnly}
            onChange={(has_wrap_up) => {
              change({ has_wrap_up })
            }}
          />
        </div>
        <div className="routing__fields">
          <Members
            queue={queue}
            agents={agents}
            isReadOnly={isReadOnly}
            onMembers={(members) => {
              change({ members })
            }}
          />
          <AnnouncementsForm
            value={queue.announcements}
            isReadOnly={isReadOnly}
            onChange={(announcements) => {
              change({ announcements })
            }}
          />
        </div>
      </div>
    </section>
  )
}
