import { actOnOrder } from '@/api/queries/orders'
import type { OrderActionRequest, OrderLine } from '@/api/types'
import { asProblem } from '@/api/problem'
import type { Problem } from '@/api/problem'

export interface BulkOutcome {
  done: number
  /** Orders that refused the action, each with the reason; they stay chosen. */
  refused: readonly { order: OrderLine; problem: Problem }[]
}

/** Does the same to every order, one after the other; an order that refuses keeps no other from going on. */
export async function actOnAll(orders: readonly OrderLine[], deed: OrderActionRequest): Promise<BulkOutcome> {
  const refused: { order: OrderLine; problem: Problem }[] = []
  for (const order of orders) {
    try {
      await actOnOrder(order.id, deed)
    } catch (error) {
      refused.push({ order, problem: asProblem(error) })
    }
  }
  return { done: orders.length - refused.length, refused }
}
