import { useQuery } from '@tanstack/react-query'
import type { SyntheticEvent } from 'react'
import { useEffect, useRef, useState } from 'react'
import { useTranslation } from '@/i18n/useTranslation'
import { Navigate, useLocation } from 'react-router'

import { asProblem } from '@/api/problem'
import { sessionQuery, useSignIn } from '@/api/queries/session'
import { problemText } from '@/i18n/problemText'
import { Button } from '@/ui/Button'
import { usePreference } from '@/ui/preferences'
import { Banner } from '@/ui/states'
import { usePageTitle } from '@/ui/usePageTitle'

import { Brand } from './Brand'

export interface SignInState {
  /** Where the person was when the session ended. */
  from?: string
}

export function SignInPage() {
  const { t } = useTranslation()
  const location = useLocation()
  const session = useQuery(sessionQuery)
  usePageTitle(t('session.sign_in'))
  if (session.data !== undefined && session.data !== null) {
    return <Navigate to={(location.state as SignInState | null)?.from ?? '/'} replace />
  }
  return (
    <main className="sign-in">
      <section className="sign-in__card" aria-labelledby="sign-in-title">
        <Brand />
        <h1 id="sign-in-title" className="sign-in__title">
          {t('session.sign_in')}
        </h1>
        <p className="sign-in__lead">{t('session.lead')}</p>
        <SignInForm />
        <LanguageSwitch />
      </section>
    </main>
  )
}

function SignInForm() {
  const { t } = useTranslation()
  const signIn = useSignIn()
  const [username, setUsername] = useState('')
  const [password, setPassword] = useState('')
  const usernameField = useRef<HTMLInputElement>(null)
  const passwordField = useRef<HTMLInputElement>(null)
  const isIncomplete = username.trim() === '' || password === ''

  useEffect(() => {
    usernameField.current?.focus()
  }, [])
  useEffect(() => {
    if (signIn.isError) passwordField.current?.select()
  }, [signIn.isError])

  const submit = (event: SyntheticEvent) => {
    event.preventDefault()
    if (!isIncomplete && !signIn.isPending) signIn.mutate({ username: username.trim(), password })
  }
  return (
    <form className="sign-in__form" onSubmit={submit}>
      {signIn.isError && <Banner tone="problem">{problemText(t, asProblem(signIn.error))}</Banner>}
      <label className="field">
        <span className="field__label">{t('session.username')}</span>
        <input
          ref={usernameField}
          className="input"
          name="username"
          autoComplete="username"
          value={username}
          onChange={(event) => {
            setUsername(event.target.value)
          }}
        />
      </label>
      <label className="field">
        <span className="field__label">{t('session.password')}</span>
        <input
          ref={passwordField}
          className="input"
          name="password"
          type="password"
          autoComplete="current-password"
          value={password}
          onChange={(event) => {
            setPassword(event.target.value)
          }}
        />
      </label>
      <Button type="submit" tone="primary" disabled={isIncomplete || signIn.isPending}>
        {signIn.isPending ? t('session.signing_in') : t('session.sign_in')}
      </Button>
      <p className="field__hint">{t('session.first_time')}</p>
    </form>
  )
}

function LanguageSwitch() {
  const [locale, setLocale] = usePreference('locale')
  const other = locale === 'zh-CN' ? 'en' : 'zh-CN'
  const { t } = useTranslation()
  return (
    <Button
      tone="quiet"
      isSmall
      lang={other}
      onClick={() => {
        setLocale(other)
      }}
    >
      {t(`locale.${other}`)}
    </Button>
  )
}
