import { useQuery } from '@tanstack/react-query'
import { useTranslation } from '@/i18n/useTranslation'
import { Navigate, NavLink, Outlet, useLocation, useNavigate } from 'react-router'

import { sessionQuery } from '@/api/queries/session'
import { ShortcutOverlay } from '@/ui/ShortcutOverlay'
import { useShortcut } from '@/ui/shortcuts'
import { Failure, Loading } from '@/ui/states'

import { AccountMenu } from './AccountMenu'
import { Brand } from './Brand'
import { PasswordPage } from './PasswordPage'
import type { SignInState } from './SignInPage'
import { usePermission } from './useSession'

import './Shell.css'

/** Everything behind sign-in: the bar on top, the page below it. */
export function Shell() {
  const session = useQuery(sessionQuery)
  const location = useLocation()
  if (session.isPending) return <Loading />
  if (session.isError) return <Failure error={session.error} onRetry={() => session.refetch()} />
  if (session.data === null) {
    const state: SignInState = { from: `${location.pathname}${location.search}` }
    return <Navigate to="/sign-in" state={state} replace />
  }
  if (session.data.account.must_change_password) return <PasswordPage />
  return <SignedInShell />
}

function SignedInShell() {
  const { t } = useTranslation()
  return (
    <div className="shell">
      <a className="shell__skip" href="#main">
        {t('nav.skip')}
      </a>
      <header className="shell__bar">
        <Brand />
        <Navigation />
        <AccountMenu />
      </header>
      <main id="main" className="shell__main" tabIndex={-1}>
        <Outlet />
      </main>
      <ShortcutOverlay />
    </div>
  )
}

function Navigation() {
  const { t } = useTranslation()
  const navigate = useNavigate()
  const canEdit = usePermission('knowledge.edit')
  const canManageAccounts = usePermission('accounts.manage')
  const places = [
    { to: '/calls', label: t('nav.calls'), chord: 'Alt+C' },
    { to: '/knowledge', label: t('nav.knowledge'), chord: 'Alt+K' },
    { to: '/cases', label: t('nav.cases'), chord: 'Alt+L' },
    ...(canEdit
      ? [
          { to: '/taxonomy', label: t('nav.taxonomy'), chord: 'Alt+T' },
          { to: '/category-models', label: t('nav.models'), chord: 'Alt+M' },
        ]
      : []),
    { to: '/health', label: t('nav.health'), chord: 'Alt+H' },
    ...(canManageAccounts ? [{ to: '/accounts', label: t('nav.accounts'), chord: 'Alt+U' }] : []),
  ]
  return (
    <nav className="shell__nav" aria-label={t('nav.label')}>
      {places.map((place) => (
        <NavItem key={place.to} {...place} onGo={() => navigate(place.to)} />
      ))}
    </nav>
  )
}

function NavItem({ to, label, chord, onGo }: { to: string; label: string; chord: string; onGo: () => unknown }) {
  useShortcut({ chord, group: 'everywhere', label, run: () => void onGo() })
  return (
    <NavLink to={to} className="shell__link" aria-keyshortcuts={chord} title={chord}>
      {label}
    </NavLink>
  )
}
