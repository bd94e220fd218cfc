import type { OrderDraft, OrderProposal } from '@/api/types'

/** The work order as the call and the customer's file fill it. */
export function draftOf(proposal: OrderProposal, idempotencyKey: string): OrderDraft {
  const filled = (field: string) => proposal.fields.find((item) => item.field === field)?.value ?? ''
  const customer = proposal.customers.length === 1 ? proposal.customers[0] : undefined
  return {
    business_type: proposal.business_type,
    sector: proposal.sector ?? customer?.sector ?? 'power',
    category_id: proposal.category_id,
    customer_id: customer?.id ?? null,
    call_id: proposal.call_id,
    contact_name: filled('contact_name'),
    contact_phone: filled('contact_phone'),
    address: filled('address'),
    area: proposal.area,
    area_class: proposal.area_class,
    description: filled('description'),
    responsible_unit_id: null,
    complaint: proposal.business_type === 'complaint' ? { kind: 'service', subject: '' } : null,
    evidence: Object.fromEntries(
      proposal.fields
        .filter((item) => item.segment_ids.length > 0)
        .map((item) => [item.field, item.segment_ids] as const),
    ),
    idempotency_key: idempotencyKey,
    is_draft: false,
  }
}
