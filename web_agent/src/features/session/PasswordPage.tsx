import { useTranslation } from '@/i18n/useTranslation'

import { useSignOut } from '@/api/queries/session'
import { Button } from '@/ui/Button'
import { usePageTitle } from '@/ui/usePageTitle'

import { Brand } from './Brand'
import { PasswordForm } from './PasswordForm'

/** A temporary password must be replaced before anything else. */
export function PasswordPage() {
  const { t } = useTranslation()
  const signOut = useSignOut()
  usePageTitle(t('password.title'))
  return (
    <main className="sign-in">
      <section className="sign-in__card" aria-labelledby="password-title">
        <Brand />
        <h1 id="password-title" className="sign-in__title">
          {t('password.title')}
        </h1>
        <p className="sign-in__lead">{t('password.lead')}</p>
        <PasswordForm />
        <Button
          tone="quiet"
          isSmall
          onClick={() => {
            signOut.mutate()
          }}
        >
          {t('session.sign_out')}
        </Button>
      </section>
    </main>
  )
}
