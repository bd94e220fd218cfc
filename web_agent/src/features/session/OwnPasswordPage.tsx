import { useState } from 'react'

import { useTranslation } from '@/i18n/useTranslation'
import { Banner } from '@/ui/states'
import { usePageTitle } from '@/ui/usePageTitle'

import { OwnSessions } from './OwnSessions'
import { PasswordForm } from './PasswordForm'

import './session.css'

/** Where a person changes the own password at any time. */
export function OwnPasswordPage() {
  const { t } = useTranslation()
  const [isChanged, setIsChanged] = useState(false)
  usePageTitle(t('password.change'))
  return (
    <div className="page">
      <section className="sign-in__card own-password" aria-labelledby="own-password-title">
        <h1 id="own-password-title" className="sign-in__title">
          {t('password.change')}
        </h1>
        {isChanged && <Banner tone="ready">{t('password.changed')}</Banner>}
        <PasswordForm
          onChanged={() => {
            setIsChanged(true)
          }}
        />
      </section>
      <OwnSessions />
    </div>
  )
}
