import { useQuery } from '@tanstack/react-query'

import { callRouteQuery } from '@/api/queries/routing'
import { reasonText } from '@/features/routing/reasons'
import { useTranslation } from '@/i18n/useTranslation'

/** Why the call came to this queue or agent, one sentence a step; nothing for a call that was not routed. */
export function RouteLine({ callId }: { callId: string }) {
  const { t } = useTranslation()
  const route = useQuery(callRouteQuery(callId))
  const decision = route.data?.decision
  if (decision === null || decision === undefined) return null
  const titles = { queues: Object.entries(route.data?.queues ?? {}).map(([name, title]) => ({ name, title })) }
  return (
    <details className="route-line">
      <summary>
        {t('call.route', { queue: titles.queues.find(({ name }) => name === decision.queue)?.title ?? '–' })}
      </summary>
      <ol>
        {decision.reasons.map((reason, index) => (
          <li key={index}>{reasonText(t, reason, titles)}</li>
        ))}
      </ol>
    </details>
  )
}
