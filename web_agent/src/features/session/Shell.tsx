import { useQuery } from '@tanstack/react-query'
import { useTranslation } from '@/i18n/useTranslation'
import { Navigate, Outlet, useLocation } from 'react-router'

import { sessionQuery } from '@/api/queries/session'
import type { Feature } from '@/ui/feature'
import { showTimesIn } from '@/ui/format'
import { ShortcutOverlay } from '@/ui/ShortcutOverlay'
import { Failure, Loading } from '@/ui/states'

import { AccountMenu } from './AccountMenu'
import { Brand } from './Brand'
import { CommandList } from './CommandList'
import { Navigation } from './Navigation'
import { PasswordPage } from './PasswordPage'
import type { SignInState } from './SignInPage'

import './Shell.css'

/** Everything behind sign-in: the bar on top, the page below it. */
export function Shell({ features }: { features: readonly Feature[] }) {
  const session = useQuery(sessionQuery)
  const location = useLocation()
  if (session.isPending) return <Loading />
  if (session.isError) return <Failure error={session.error} onRetry={() => session.refetch()} />
  if (session.data === null) {
    const state: SignInState = { from: `${location.pathname}${location.search}` }
    return <Navigate to="/sign-in" state={state} replace />
  }
  // Before any page below is drawn, so that none shows a time of another zone first.
  showTimesIn(session.data.time_zone)
  if (session.data.account.must_change_password) return <PasswordPage />
  return <SignedInShell features={features} />
}

function SignedInShell({ features }: { features: readonly Feature[] }) {
  const { t } = useTranslation()
  return (
    <div className="shell">
      <a className="shell__skip" href="#main">
        {t('nav.skip')}
      </a>
      <header className="shell__bar">
        <Brand />
        <Navigation features={features} />
        <div className="shell__tools">
          {features.map(({ BarTool }, index) => BarTool !== undefined && <BarTool key={index} />)}
          <AccountMenu />
        </div>
      </header>
      {/* Before the page, so that a search box of the page has the newer Ctrl+K. */}
      <CommandList features={features} />
      <div>{features.map(({ Strip }, index) => Strip !== undefined && <Strip key={index} />)}</div>
      <main id="main" className="shell__main" tabIndex={-1}>
        <Outlet />
      </main>
      <ShortcutOverlay />
    </div>
  )
}
