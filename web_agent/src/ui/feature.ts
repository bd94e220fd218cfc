import type { ComponentType } from 'react'

import type { Permission, Role, SessionView } from '@/api/types'
import type { TextKey } from '@/i18n/useTranslation'

import type { Chord } from './keys'

/** Groups of the navigation, in the order in which they stand in the bar. */
export const NAVIGATION_GROUPS = ['calls', 'orders', 'knowledge', 'training', 'telephony', 'administration'] as const
export type NavigationGroup = (typeof NAVIGATION_GROUPS)[number]

export interface NavigationEntry {
  label: TextKey
  group: NavigationGroup
  /** Key that leads to the page from everywhere. */
  chord?: Chord
}

/** One page of a feature. */
export interface FeaturePage {
  /** Below `/`, as the router writes it: `cases/:caseId?`. */
  path: string
  /** Who may open it, null for every account; the server checks the same again. */
  permission: Permission | null
  /** Loads the page when it is opened for the first time. */
  page: () => Promise<ComponentType>
  /** The link to it in the bar and in the command list; a page with parameters of its own has none. */
  navigation?: NavigationEntry
  /** Name in the command list of a page that has no link in the bar. */
  command?: TextKey
  /** Group in which such a page gets a link where the bar has room: in a row of its own group. */
  group?: NavigationGroup
  /** The page stands alone, without the bar and without sign-in. */
  isPublic?: boolean
  /** Roles that see this page first after signing in. */
  landing?: readonly Role[]
}

/** What a feature brings to the page; `App.tsx` lists all of them. */
export interface Feature {
  pages: readonly FeaturePage[]
  /** A tool that stands in the bar on every page. */
  BarTool?: ComponentType
  /** A strip below the bar on every page; it draws nothing while there is nothing to show. */
  Strip?: ComponentType
}

/** The address of a page without its optional parameters. */
export function addressOf(page: Pick<FeaturePage, 'path'>): string {
  return `/${page.path.replace(/\/:\w+\?/g, '')}`
}

/** Every page that the account may open, in the order of the features. */
export function pagesFor(features: readonly Feature[], session: SessionView): FeaturePage[] {
  return features
    .flatMap((feature) => feature.pages)
    .filter((page) => page.isPublic !== true)
    .filter((page) => page.permission === null || session.permissions.includes(page.permission))
}

/** Where an account begins: the page of its role, else the first page of the bar that it may open. */
export function landingOf(features: readonly Feature[], session: SessionView): string {
  const pages = pagesFor(features, session)
  const first =
    pages.find((page) => page.landing?.includes(session.account.role)) ??
    pages.find((page) => page.navigation !== undefined)
  return first === undefined ? '/health' : addressOf(first)
}
