import type { RoutingBook, RoutingDecision } from '@/api/types'
import { useTranslation } from '@/i18n/useTranslation'

import { useQueueTitle } from './Choices'
import { reasonText } from './reasons'

/** Where a call goes, with each reason in the order in which it was decided. */
export function DecisionView({ decision, book }: { decision: RoutingDecision; book: RoutingBook }) {
  const { t } = useTranslation()
  const queueTitle = useQueueTitle(book)
  return (
    <div className="routing__decision" role="status">
      <p className="routing__goal">
        {decision.agent !== null && (
          <>
            <strong>{t('routing.agent_first', { agent: decision.agent, seconds: book.service.agent_seconds })}</strong>
            {' → '}
          </>
        )}
        <strong>{queueTitle(decision.queue)}</strong>
        {decision.head_start_seconds > 0 && (
          <span className="tag tag--accent">{t('routing.ahead', { seconds: decision.head_start_seconds })}</span>
        )}
      </p>
      <ol className="routing__reasons">
        {decision.reasons.map((reason, index) => (
          <li key={index}>{reasonText(t, reason, book)}</li>
        ))}
      </ol>
    </div>
  )
}
