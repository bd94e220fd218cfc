import { useQuery } from '@tanstack/react-query'

import { orderUnitsQuery } from '@/api/queries/orders'
import { useTranslation } from '@/i18n/useTranslation'

/** The units that an order can be dispatched to, for a list of choices. */
export function UnitOptions() {
  const { t } = useTranslation()
  const units = useQuery(orderUnitsQuery)
  return (
    <>
      <option value="">{t('orders.choose_unit')}</option>
      {units.data?.items.map((unit) => (
        <option key={unit.id} value={unit.id}>
          {unit.name}
        </option>
      ))}
    </>
  )
}
