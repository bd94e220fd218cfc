import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'

import { flowQuery } from '@/api/queries/ivr'
import type { FlowView } from '@/api/types'
import { useTranslation } from '@/i18n/useTranslation'
import { Button } from '@/ui/Button'
import { localTime } from '@/ui/format'
import { Failure } from '@/ui/states'

import type { FlowDefinition } from './definition'
import { changedNodes } from './definition'
import { fieldText } from './words'

const TONES = { added: 'tag tag--ready', changed: 'tag tag--waiting', removed: 'tag tag--danger' } as const

interface VersionsProps {
  view: FlowView
  flow: FlowDefinition
  /** Takes an earlier version into the editor. */
  onTake: (flow: FlowDefinition) => void
}

/** The history of a flow; a version is compared with what stands in the editor. */
export function Versions({ view, flow, onTake }: VersionsProps) {
  const { t } = useTranslation()
  const [chosen, setChosen] = useState<number | null>(null)
  return (
    <ol className="versions">
      {view.versions.map((version) => (
        <li key={version.number}>
          <span className="versions__head">
            <b>{t('ivr.version_number', { number: version.number })}</b>
            <span>{localTime(version.created_at)}</span>
            <span>{version.author_name}</span>
            {version.number === view.live_version && <span className="tag tag--ready">{t('ivr.in_force')}</span>}
            <Button
              isSmall
              aria-expanded={chosen === version.number}
              onClick={() => {
                setChosen(chosen === version.number ? null : version.number)
              }}
            >
              {t('ivr.compare')}
            </Button>
          </span>
          {version.note !== '' && <p>{version.note}</p>}
          {chosen === version.number && (
            <Difference name={view.name} number={version.number} flow={flow} onTake={onTake} />
          )}
        </li>
      ))}
    </ol>
  )
}

interface DifferenceProps {
  name: string
  number: number
  flow: FlowDefinition
  onTake: (flow: FlowDefinition) => void
}

function Difference({ name, number, flow, onTake }: DifferenceProps) {
  const { t } = useTranslation()
  const version = useQuery(flowQuery(name, number))
  if (version.isError) return <Failure error={version.error} onRetry={version.refetch} />
  if (version.data === undefined) return null
  const old = version.data.definition as FlowDefinition
  const changes = changedNodes(old, flow)
  if (changes.length === 0) return <p className="flow-page__hint">{t('ivr.no_difference')}</p>
  return (
    <div className="difference">
      {changes.map(({ name: node, change }) => (
        <div key={node}>
          <span className={TONES[change]}>{t(`ivr.change_${change}`)}</span> <code>{node}</code>
          <FieldChanges before={old.nodes[node]} after={flow.nodes[node]} />
        </div>
      ))}
      <Button
        isSmall
        onClick={() => {
          onTake(old)
        }}
      >
        {t('ivr.take_version', { version: number })}
      </Button>
    </div>
  )
}

function FieldChanges({ before, after }: { before: object | undefined; after: object | undefined }) {
  const { t } = useTranslation()
  const [old, now] = [before as Record<string, unknown> | undefined, after as Record<string, unknown> | undefined]
  const fields = [...new Set([...Object.keys(old ?? {}), ...Object.keys(now ?? {})])]
  const shown = (value: unknown) => (typeof value === 'string' ? value : JSON.stringify(value))
  return (
    <dl className="difference__fields">
      {fields
        .filter((field) => shown(old?.[field]) !== shown(now?.[field]))
        .map((field) => (
          <div key={field}>
            <dt>{fieldText(t, field)}</dt>
            {old !== undefined && <dd className="is-old">{shown(old[field])}</dd>}
            {now !== undefined && <dd className="is-new">{shown(now[field])}</dd>}
          </div>
        ))}
    </dl>
  )
}
