import type { TextKey } from '@/i18n/useTranslation'
import type { FeaturePage, NavigationGroup } from '@/ui/feature'
import { addressOf, NAVIGATION_GROUPS } from '@/ui/feature'
import type { Chord } from '@/ui/keys'

const MOST_IN_ONE_ROW = 12

/** A page that the bar can lead to. */
export interface Place {
  to: string
  label: TextKey
  chord?: Chord
}

/** The pages of one group. */
export interface PlaceGroup {
  name: NavigationGroup
  places: readonly Place[]
  /** Pages that get a link only where a group has a row of its own. */
  further: readonly Place[]
}

/** The groups in which an account may open a page. */
export function groupsOf(pages: readonly FeaturePage[]): PlaceGroup[] {
  return NAVIGATION_GROUPS.map((name) => ({
    name,
    places: pages.flatMap((page) =>
      page.navigation?.group === name ? [{ ...page.navigation, to: addressOf(page) }] : [],
    ),
    further: pages.flatMap(({ group, command, path }) =>
      group === name && command !== undefined ? [{ label: command, to: addressOf({ path }) }] : [],
    ),
  })).filter(({ places }) => places.length > 0)
}

/** Whether all places fit into one row, group by group. */
export function isOneRow(groups: readonly PlaceGroup[]): boolean {
  return groups.reduce((count, { places }) => count + places.length, 0) <= MOST_IN_ONE_ROW
}

/** The group with the place whose address is the longest beginning of this one. */
export function groupAt(groups: readonly PlaceGroup[], pathname: string): PlaceGroup | undefined {
  const found = groups
    .flatMap((group) => [...group.places, ...group.further].map(({ to }) => ({ group, to })))
    .filter(({ to }) => pathname === to || pathname.startsWith(`${to}/`))
  return found.reduce<(typeof found)[number] | undefined>(
    (best, next) => (best !== undefined && best.to.length >= next.to.length ? best : next),
    undefined,
  )?.group
}
