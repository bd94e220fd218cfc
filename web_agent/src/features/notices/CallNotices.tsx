import { useQuery } from '@tanstack/react-query'

import { matchQuery } from '@/api/queries/addresses'
import { currentNoticesQuery } from '@/api/queries/notices'
import type { CallFact, CallInfo, CustomerHit, Utterance } from '@/api/types'
import { usePermission } from '@/features/session/useSession'
import { useTranslation } from '@/i18n/useTranslation'
import { localTime } from '@/ui/format'
import { sectorText } from '@/ui/sectors'
import { Banner } from '@/ui/states'

import { noticesFor } from './matching'

interface CallNoticesProps {
  call: CallInfo
  utterances: readonly Utterance[]
  facts: readonly CallFact[]
  customers: readonly CustomerHit[]
}

/** The outage notice of the caller's area, before anything else is said. */
export function CallNotices({ call, utterances, facts, customers }: CallNoticesProps) {
  const { t } = useTranslation()
  const mayRead = usePermission('work_orders.read')
  const current = useQuery({ ...currentNoticesQuery, enabled: mayRead })
  const said = facts.find((fact) => fact.field === 'address')?.value ?? ''
  const place = useQuery({ ...matchQuery(said), enabled: mayRead && said.length > 1 })
  // An estate lies on a street: the notice of the street holds for whoever names the estate.
  const addresses = [...customers.map((customer) => customer.address), place.data?.path.join(' ') ?? '']
  const found = noticesFor(current.data?.items ?? [], { sector: call.sector, utterances, facts, addresses })
  return (
    <div className="notices">
      {found.map((notice) => (
        <Banner key={notice.id} tone="waiting">
          <strong>{t('notices.for_area', { area: notice.area, sector: sectorText(t, notice.sector) })}</strong>{' '}
          {notice.text} {notice.ends_at !== null && t('notices.until', { at: localTime(notice.ends_at) })}
        </Banner>
      ))}
    </div>
  )
}
