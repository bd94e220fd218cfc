import { useTranslation } from '@/i18n/useTranslation'
import { Link, useLocation } from 'react-router'

import { usePermission } from '@/features/session/useSession'
import { Empty } from '@/ui/states'
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
  const canEdit = usePermission('knowledge.edit')
  usePageTitle(t('hit_test.title'))
  if (!canEdit) return <Empty title={t('editor.not_allowed')} hint={t('editor.not_allowed_hint')} />
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
