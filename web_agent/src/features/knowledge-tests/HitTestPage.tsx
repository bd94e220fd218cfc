import { useTranslation } from '@/i18n/useTranslation'
import { Link, useLocation } from 'react-router'

import { usePageTitle } from '@/ui/usePageTitle'

import { HitTest } from './HitTest'
import { NO_QUESTION } from './HitTestForm'

/** A question handed over from another page travels in the router's state, never in the address. */
export interface HitTestState {
  text: string
}

export function HitTestPage() {
  const { t } = useTranslation()
  const location = useLocation()
  usePageTitle(t('hit_test.title'))
  const state = location.state as HitTestState | null
  return (
    <div className="page">
      <div className="page__head">
        <h1 className="page__title">{t('hit_test.title')}</h1>
        <span className="field__hint">{t('hit_test.hint')}</span>
        <Link className="button page__aside" to="/knowledge/tests">
          {t('tests.title')}
        </Link>
      </div>
      <HitTest key={location.key} input={{ ...NO_QUESTION, text: state?.text ?? '' }} edit={null} />
    </div>
  )
}
