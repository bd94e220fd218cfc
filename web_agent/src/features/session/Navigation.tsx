import { NavLink, useLocation, useNavigate } from 'react-router'

import { useTranslation } from '@/i18n/useTranslation'
import type { Feature, FeaturePage, NavigationEntry } from '@/ui/feature'
import { addressOf, NAVIGATION_GROUPS, pagesFor } from '@/ui/feature'
import { useShortcut } from '@/ui/shortcuts'

import { useSession } from './useSession'

interface Place extends NavigationEntry {
  to: string
}

function placesOf(pages: readonly FeaturePage[]): Place[] {
  return pages.flatMap((page) => (page.navigation === undefined ? [] : [{ ...page.navigation, to: addressOf(page) }]))
}

/** The links of all features that the account may open, group by group. */
export function Navigation({ features }: { features: readonly Feature[] }) {
  const { t } = useTranslation()
  const { pathname } = useLocation()
  const places = placesOf(pagesFor(features, useSession()))
  // Where the page of a place below is open, the place above it is not the one that is shown.
  const isOverOpen = ({ to }: Place) =>
    places.some((place) => place.to.startsWith(`${to}/`) && pathname.startsWith(place.to))
  return (
    <nav className="shell__nav" aria-label={t('nav.label')}>
      {NAVIGATION_GROUPS.map((group) => {
        const members = places.filter((place) => place.group === group)
        if (members.length === 0) return null
        return (
          <div key={group} className="shell__group" role="group" aria-label={t(`nav.group_${group}`)}>
            {members.map((place) => (
              <NavItem key={place.to} {...place} isOverOpen={isOverOpen(place)} />
            ))}
          </div>
        )
      })}
    </nav>
  )
}

function NavItem({ to, label, chord, isOverOpen }: Place & { isOverOpen: boolean }) {
  const { t } = useTranslation()
  return (
    <NavLink
      to={to}
      end={isOverOpen}
      className="shell__link"
      title={chord}
      {...(chord && { 'aria-keyshortcuts': chord })}
    >
      {t(label)}
      {chord !== undefined && <GoByKey to={to} label={t(label)} chord={chord} />}
    </NavLink>
  )
}

function GoByKey({ to, label, chord }: { to: string; label: string; chord: string }) {
  const navigate = useNavigate()
  useShortcut({ chord, group: 'everywhere', label, run: () => void navigate(to) })
  return null
}
