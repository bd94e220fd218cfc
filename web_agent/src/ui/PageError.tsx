import { useTranslation } from '@/i18n/useTranslation'
import { Link, useRouteError } from 'react-router'

import { Button } from './Button'
import { Empty } from './states'

/** A page that broke, or whose files are gone after an update of the server. */
export function PageError() {
  const { t } = useTranslation()
  const error = useRouteError()
  return (
    <main className="page" role="alert">
      <Empty title={t('page.broken')} hint={error instanceof Error ? error.message : t('page.broken_hint')}>
        <Button
          tone="primary"
          onClick={() => {
            window.location.reload()
          }}
        >
          {t('page.reload')}
        </Button>
      </Empty>
    </main>
  )
}

export function NotFound() {
  const { t } = useTranslation()
  return (
    <div className="page">
      <Empty title={t('page.not_found')} hint={t('page.not_found_hint')}>
        <Link className="button" to="/calls">
          {t('calls.nav')}
        </Link>
      </Empty>
    </div>
  )
}
