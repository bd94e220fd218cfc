import { useQuery } from '@tanstack/react-query'
import { Link } from 'react-router'

import { customersOfNumberQuery } from '@/api/queries/customers'
import type { TelephoneView } from '@/api/types'
import { usePermission } from '@/features/session/useSession'
import { useTranslation } from '@/i18n/useTranslation'
import { clockTime } from '@/ui/format'

import type { PhoneCall } from './phone'
import { useNow } from './useNow'

/** Who is on the line, also before the answer: the number, and whose it is. */
export function Caller({ call, view }: { call: PhoneCall; view: TelephoneView }) {
  const { t } = useTranslation()
  const now = useNow()
  const number = view.call?.number ?? call.number
  const hits = useQuery({
    ...customersOfNumberQuery(number),
    enabled: usePermission('customers.read') && number !== '',
  })
  const known = hits.data?.items ?? []
  const began = call.phase === 'ringing' && view.call !== null ? Date.parse(view.call.waiting_since) : call.since
  return (
    <div className="phone__caller" role="status">
      <span className="phone__phase">{t(`phone.phase_${call.isHeld ? 'held' : call.phase}`)}</span>
      <strong className="phone__number">{number || t('phone.withheld')}</strong>
      {known.slice(0, 1).map((customer) => (
        <span key={customer.id} className="phone__who">
          <Link to={`/customers/${customer.id}`}>{customer.name}</Link>
          <span className="phone__address">{customer.address}</span>
          {known.length > 1 && <span className="tag">{t('phone.more_customers', { count: known.length - 1 })}</span>}
        </span>
      ))}
      {hits.isSuccess && known.length === 0 && <span className="phone__address">{t('phone.unknown')}</span>}
      {view.call?.has_history === true && <span className="tag">{t('phone.passed_on')}</span>}
      <span className="phone__clock">{clockTime(now - began)}</span>
    </div>
  )
}
