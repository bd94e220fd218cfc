import { useQuery } from '@tanstack/react-query'

import { measuresQuery } from '@/api/queries/training'
import { useTranslation } from '@/i18n/useTranslation'
import { clockTime, percent } from '@/ui/format'

import './Training.css'

/** How a finished call went: who spoke how much and how fast. Shows nothing until the index has the call. */
export function Measures({ callId }: { callId: string }) {
  const { t } = useTranslation()
  const measures = useQuery(measuresQuery(callId))
  if (measures.data === undefined) return null
  const found = measures.data
  const parts = [
    { key: 'talk', value: percent(found.agent_share) },
    {
      key: 'silence',
      value: `${clockTime(found.silence_ms)} (${t('measures.longest')} ${clockTime(found.longest_silence_ms)})`,
    },
    { key: 'over', value: `${(found.over_talk_ms / 1000).toFixed(1)} s` },
    { key: 'rate_customer', value: t('measures.per_minute', { count: Math.round(found.customer_rate) }) },
    { key: 'rate_agent', value: t('measures.per_minute', { count: Math.round(found.agent_rate) }) },
  ] as const
  return (
    <dl className="measures" aria-label={t('measures.title')}>
      {parts.map((part) => (
        <div key={part.key}>
          <dt>{t(`measures.${part.key}`)}</dt>
          <dd>{part.value}</dd>
        </div>
      ))}
    </dl>
  )
}
