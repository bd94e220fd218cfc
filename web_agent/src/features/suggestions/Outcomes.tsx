import { useQuery } from '@tanstack/react-query'
import { useTranslation } from '@/i18n/useTranslation'

import { outcomesQuery } from '@/api/queries/cases'

/** How often an entry has helped: counted from the cases that were solved with it. Nothing while there is none. */
export function Outcomes({ entryId }: { entryId: string }) {
  const { t } = useTranslation()
  const counted = useQuery(outcomesQuery(entryId)).data?.items[0]
  if (counted === undefined || counted.total === 0) return null
  return <Share resolved={counted.resolved} total={counted.total} label={t('cases.share', counted)} />
}

export function Share({ resolved, total, label }: { resolved: number; total: number; label: string }) {
  const { t } = useTranslation()
  return (
    <span className="tag" title={t('cases.share_means', { resolved, total })}>
      {label}
    </span>
  )
}
