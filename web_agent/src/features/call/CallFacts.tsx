import { useQuery } from '@tanstack/react-query'

import { orderProposalQuery, requiredFieldsQuery } from '@/api/queries/orders'
import type { CallSnapshot, OrderProposal } from '@/api/types'
import { toAsk } from '@/features/facts/fields'
import { FactsPanel } from '@/features/facts/FactsPanel'
import { usePermission } from '@/features/session/useSession'
import { CallOrderBar } from '@/features/work-orders/CallOrderBar'
import type { CallStream } from '@/realtime/useCallStream'

/** The order that the call suggests as it stands; undefined until it is known, or for whoever handles no orders. */
export function useProposal(snapshot: CallSnapshot): OrderProposal | undefined {
  const mayHandle = usePermission('work_orders.handle')
  const category = snapshot.chosen_category?.category_id ?? snapshot.category?.categories[0]?.category_id ?? ''
  const finals = snapshot.utterances.filter((utterance) => utterance.is_final).length
  const values = snapshot.facts.map((fact) => `${fact.field}=${fact.value}`).join('|')
  const proposal = useQuery({
    ...orderProposalQuery(snapshot.call.id, `${values} ${category} ${finals}`),
    enabled: mayHandle && finals > 0,
  })
  return proposal.data
}

interface CallFactsProps {
  call: CallSnapshot
  stream: Pick<CallStream, 'addFact'>
  canEdit: boolean
  proposal: OrderProposal | undefined
  onPoint: (segmentId: string) => void
}

/** The facts of the call and the order that is made of them. */
export function CallFacts({ call, stream, canEdit, proposal, onPoint }: CallFactsProps) {
  const mayRead = usePermission('work_orders.read')
  const required = useQuery({ ...requiredFieldsQuery, enabled: mayRead })
  const type = proposal?.business_type ?? 'fault'
  const missing = toAsk(required.data?.types[type] ?? [], proposal?.missing ?? [], call.facts)
  return (
    <FactsPanel
      callId={call.call.id}
      facts={call.facts}
      utterances={call.utterances}
      missing={missing}
      question={call.question}
      canEdit={canEdit}
      onPoint={onPoint}
      onEdited={stream.addFact}
    >
      {proposal !== undefined && <CallOrderBar proposal={proposal} />}
    </FactsPanel>
  )
}
