import { useTranslation } from '@/i18n/useTranslation'
import { ListPage } from '@/ui/ListPage'

import { Deliveries } from './Deliveries'
import { Tokens } from './Tokens'
import { Webhooks } from './Webhooks'

import '../work-orders/Orders.css'
import './Integrations.css'

/** Programs of third parties: those that ask us, and those that we tell. */
export function IntegrationsPage() {
  const { t } = useTranslation()
  return (
    <ListPage title={t('integrations.title')}>
      <div className="integrations">
        <Webhooks />
        <Deliveries />
        <Tokens />
      </div>
    </ListPage>
  )
}
