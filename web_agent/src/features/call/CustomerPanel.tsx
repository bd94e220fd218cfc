import { Link } from 'react-router'

import { useTranslation } from '@/i18n/useTranslation'

import type { CallInfo, CustomerHit } from '@/api/types'
import { clockTime, localTime } from '@/ui/format'
import { sectorText } from '@/ui/sectors'

import './CustomerPanel.css'

/** What is known about caller and call; nothing is shown that no system has told. */
export function CustomerPanel({ call, customers }: { call: CallInfo; customers: readonly CustomerHit[] }) {
  const { t } = useTranslation()
  const facts = [
    [t('customer.number'), call.customer_number_masked || t('customer.no_number')],
    [t('customer.sector'), call.sector === null ? t('customer.no_sector') : sectorText(t, call.sector)],
    [t('customer.began'), localTime(call.created_at)],
    [t('customer.duration'), call.duration_ms === null ? t('customer.running') : clockTime(call.duration_ms)],
    [t('customer.agent'), call.agent_name || t('customer.no_agent')],
    [t('customer.legs'), t(call.leg_roles.length > 1 ? 'customer.legs_two' : 'customer.legs_one')],
  ] as const
  return (
    <section className="panel customer" aria-labelledby="customer-title">
      <div className="panel__head">
        <h2 id="customer-title" className="panel__title">
          {t('customer.title')}
        </h2>
      </div>
      <dl className="customer__facts">
        {facts.map(([name, value]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>{value}</dd>
          </div>
        ))}
      </dl>
      {customers.length === 0 ? (
        <p className="customer__hint">{t('customer.no_file')}</p>
      ) : (
        <ul className="customer__files">
          {customers.slice(0, 3).map((customer) => (
            <li key={customer.id}>
              <Link to={`/customers/${customer.id}`}>{customer.name}</Link>{' '}
              {customer.customer_class !== 'ordinary' && (
                <span className="tag tag--accent">{t(`customers.class_${customer.customer_class}`)}</span>
              )}{' '}
              {customer.account_number}
              <span className="field__hint"> {customer.address}</span>
            </li>
          ))}
        </ul>
      )}
    </section>
  )
}
