import { useRef } from 'react'
import { Link } from 'react-router'

import { actOnOrder, createOrder, useOrdersChanged } from '@/api/queries/orders'
import type { OrderProposal } from '@/api/types'
import { problemText } from '@/i18n/problemText'
import { useTranslation } from '@/i18n/useTranslation'
import { Button } from '@/ui/Button'
import { useShortcut } from '@/ui/shortcuts'
import { Banner } from '@/ui/states'
import { useGo } from '@/ui/useGo'
import { useSaving } from '@/ui/useSaving'

import { draftOf } from './draft'
import { StateTag } from './StateTag'
import { canUrge } from './words'

const CHORD = 'Ctrl+Enter'

/** One key makes the order of the call; a caller whose order is open urges it instead. */
export function CallOrderBar({ proposal }: { proposal: OrderProposal }) {
  if (proposal.order !== null) return <Made proposal={proposal} />
  if (proposal.open_orders.length > 0) return <Urge proposal={proposal} />
  return <Make proposal={proposal} />
}

function Made({ proposal }: { proposal: OrderProposal }) {
  const { t } = useTranslation()
  const go = useGo()
  const { order } = proposal
  const address = `/work-orders/${order?.id ?? ''}`
  const run = () => {
    go(address)
  }
  useShortcut({ chord: CHORD, group: 'call', label: t('orders.open_made'), run })
  if (order === null) return null
  return (
    <div className="facts__order">
      <p role="status">
        ✓ {t('orders.made')} <Link to={address}>{order.number}</Link> <StateTag state={order.state} />
        {order.unit_name !== null && <span className="field__hint"> {order.unit_name}</span>}
      </p>
    </div>
  )
}

function Urge({ proposal }: { proposal: OrderProposal }) {
  const { t } = useTranslation()
  const changed = useOrdersChanged()
  const first = proposal.open_orders.find((order) => canUrge(order.state))
  const urging = useSaving((id: string) => actOnOrder(id, { action: 'urge', reason: '', result: '' }), {
    onSaved: changed,
  })
  const run = () => {
    if (first !== undefined) urging.save(first.id)
  }
  const isEnabled = first !== undefined
  useShortcut({ chord: CHORD, group: 'call', label: t('orders.urge_first'), run, isEnabled })
  return (
    <div className="facts__order">
      <Banner tone="waiting">{t('orders.open_orders')}</Banner>
      {urging.problem !== null && <Banner tone="problem">{problemText(t, urging.problem)}</Banner>}
      {proposal.open_orders.slice(0, 3).map((order) => (
        <div key={order.id} className="open-order">
          <span>
            <Link to={`/work-orders/${order.id}`}>{order.number}</Link> <StateTag state={order.state} />{' '}
            {order.urges > 0 && <span className="tag">{t('orders.urges', { count: order.urges })}</span>}
          </span>
          {canUrge(order.state) && (
            <Button
              isSmall
              tone={order === first ? 'primary' : 'plain'}
              disabled={urging.isPending}
              onClick={() => {
                urging.save(order.id)
              }}
              {...(order === first && { chord: CHORD })}
            >
              {t('orders.urge_button')}
            </Button>
          )}
        </div>
      ))}
      <Link to={`/calls/${proposal.call_id}/work-order`}>{t('orders.new_anyway')}</Link>
    </div>
  )
}

function Make({ proposal }: { proposal: OrderProposal }) {
  const { t } = useTranslation()
  const go = useGo()
  const changed = useOrdersChanged()
  // The same press twice is one order: the key belongs to this screen, not to the press.
  const key = useRef(crypto.randomUUID())
  const saving = useSaving(createOrder, { onSaved: changed })
  const isComplete = proposal.missing.length === 0
  const run = () => {
    if (isComplete) saving.save(draftOf(proposal, key.current))
    else go(`/calls/${proposal.call_id}/work-order`)
  }
  useShortcut({ chord: CHORD, group: 'call', label: t('orders.make'), run })
  return (
    <div className="facts__order">
      {saving.problem !== null && <Banner tone="problem">{problemText(t, saving.problem)}</Banner>}
      <Button tone={isComplete ? 'primary' : 'plain'} chord={CHORD} disabled={saving.isPending} onClick={run}>
        {t(isComplete ? 'orders.make' : 'orders.make_incomplete')}
      </Button>
    </div>
  )
}
