import type { ReactNode } from 'react'
import { createBrowserRouter, Navigate } from 'react-router'
import type { RouteObject } from 'react-router'

import { useTranslation } from '@/i18n/useTranslation'
import type { Feature, FeaturePage } from '@/ui/feature'
import { landingOf } from '@/ui/feature'
import { NotFound, PageError } from '@/ui/PageError'
import { Empty } from '@/ui/states'

import { Shell } from './Shell'
import { SignInPage } from './SignInPage'
import { useSession } from './useSession'

/** The addresses of all features below the bar, and the page that asks for sign-in. */
export function createRouter(features: readonly Feature[]) {
  return createBrowserRouter(routesOf(features))
}

export function routesOf(features: readonly Feature[]): RouteObject[] {
  const pages = features.flatMap((feature) => feature.pages)
  return [
    { path: '/sign-in', element: <SignInPage /> },
    ...pages.filter((page) => page.isPublic === true).map(publicRouteOf),
    {
      path: '/',
      element: <Shell features={features} />,
      errorElement: <PageError />,
      hydrateFallbackElement: <></>,
      children: [
        { index: true, element: <Landing features={features} /> },
        ...pages.filter((page) => page.isPublic !== true).map(routeOf),
        { path: '*', element: <NotFound /> },
      ],
    },
  ]
}

function publicRouteOf(page: FeaturePage): RouteObject {
  return {
    path: page.path,
    errorElement: <PageError />,
    hydrateFallbackElement: <></>,
    lazy: async () => ({ Component: await page.page() }),
  }
}

function routeOf(page: FeaturePage): RouteObject {
  return {
    path: page.path,
    lazy: async () => {
      const Page = await page.page()
      return {
        Component: () => (
          <Permitted page={page}>
            <Page />
          </Permitted>
        ),
      }
    },
  }
}

/** Shows a page to those who may open it; the server refuses its data to all others anyway. */
function Permitted({ page, children }: { page: FeaturePage; children: ReactNode }) {
  const { t } = useTranslation()
  const { permissions } = useSession()
  if (page.permission === null || permissions.includes(page.permission)) return children
  return <Empty title={t('page.not_permitted')} hint={t('page.not_permitted_hint')} />
}

/** Leads an account from the bare address to the page of its role. */
function Landing({ features }: { features: readonly Feature[] }) {
  return <Navigate to={landingOf(features, useSession())} replace />
}
