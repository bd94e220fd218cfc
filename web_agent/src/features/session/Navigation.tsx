import { useState } from 'react'
import { Link, NavLink, useLocation, useNavigate } from 'react-router'

import { useTranslation } from '@/i18n/useTranslation'
import type { Feature } from '@/ui/feature'
import { pagesFor } from '@/ui/feature'
import { useShortcut } from '@/ui/shortcuts'

import type { Place, PlaceGroup } from './places'
import { groupAt, groupsOf, isOneRow } from './places'
import { useSession } from './useSession'

/**
 * The links of all features that the account may open.
 *
 * Few of them stand in one row, group by group. Of many, as an administrator has, the first row names the groups and
 * the second one holds the pages of the group that is open.
 */
export function Navigation({ features }: { features: readonly Feature[] }) {
  const { t } = useTranslation()
  const { pathname } = useLocation()
  const groups = groupsOf(pagesFor(features, useSession()))
  const open = useOpenGroup(groups, pathname)
  const isFlat = isOneRow(groups)
  return (
    <nav className={isFlat ? 'shell__nav' : 'shell__nav shell__nav--grouped'} aria-label={t('nav.label')}>
      {!isFlat && <GroupLinks groups={groups} open={open} />}
      {groups.map((group) =>
        isFlat || group === open ? (
          <GroupRow key={group.name} group={group} hasFurther={!isFlat} pathname={pathname} />
        ) : null,
      )}
      {groups.flatMap(({ places }) =>
        places.map(({ chord, label, to }) =>
          chord === undefined ? null : <GoByKey key={to} to={to} label={t(label)} chord={chord} />,
        ),
      )}
    </nav>
  )
}

/** The group of the page; a page that belongs to none leaves the one open from which one came. */
function useOpenGroup(groups: readonly PlaceGroup[], pathname: string): PlaceGroup | undefined {
  const here = groupAt(groups, pathname)
  const [last, setLast] = useState(here?.name)
  if (here !== undefined && here.name !== last) setLast(here.name)
  return here ?? groups.find(({ name }) => name === last) ?? groups[0]
}

function GroupLinks({ groups, open }: { groups: readonly PlaceGroup[]; open: PlaceGroup | undefined }) {
  const { t } = useTranslation()
  return (
    <div className="shell__groups">
      {groups.map((group) => (
        <Link
          key={group.name}
          to={group.places[0]?.to ?? '/'}
          className={group === open ? 'shell__link active' : 'shell__link'}
          aria-current={group === open ? 'true' : undefined}
        >
          {t(`nav.group_${group.name}`)}
        </Link>
      ))}
    </div>
  )
}

function GroupRow({ group, hasFurther, pathname }: { group: PlaceGroup; hasFurther: boolean; pathname: string }) {
  const { t } = useTranslation()
  const places = hasFurther ? [...group.places, ...group.further] : group.places
  // Where the page of a place below is open, the place above it is not the one that is shown.
  const isOverOpen = ({ to }: Place) =>
    places.some((place) => place.to.startsWith(`${to}/`) && pathname.startsWith(place.to))
  return (
    <div className="shell__group" role="group" aria-label={t(`nav.group_${group.name}`)}>
      {places.map((place) => (
        <NavItem key={place.to} {...place} isOverOpen={isOverOpen(place)} />
      ))}
    </div>
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
    </NavLink>
  )
}

function GoByKey({ to, label, chord }: { to: string; label: string; chord: string }) {
  const navigate = useNavigate()
  useShortcut({ chord, group: 'everywhere', label, run: () => void navigate(to) })
  return null
}
