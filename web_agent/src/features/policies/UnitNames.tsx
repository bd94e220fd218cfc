import { useQuery } from '@tanstack/react-query'

import { orderUnitsQuery } from '@/api/queries/orders'
import { useTranslation } from '@/i18n/useTranslation'

/** More units than this are shown on demand. */
const MOST_OPEN = 8

/** Rules name units by id: this says which unit each id is, those of the rules first. */
export function UnitNames({ rules }: { rules: string }) {
  const { t } = useTranslation()
  const units = useQuery(orderUnitsQuery)
  const items = units.data?.items ?? []
  if (items.length === 0) return null
  const named = items.filter((unit) => rules.includes(unit.id))
  const others = items.filter((unit) => !rules.includes(unit.id))
  return (
    <details className="field__hint" open={named.length > 0 && named.length <= MOST_OPEN}>
      <summary>{t('policies.units', { named: named.length, count: items.length })}</summary>
      <ul className="policy__units">
        {[...named, ...others].map((unit) => (
          <li key={unit.id}>
            {unit.name} <code>{unit.id}</code>
          </li>
        ))}
      </ul>
    </details>
  )
}
