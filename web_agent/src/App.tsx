import { QueryCache, QueryClient, QueryClientProvider } from '@tanstack/react-query'
import { createBrowserRouter, Navigate, RouterProvider } from 'react-router'

import { Problem } from './api/problem'
import { forgetSession } from './api/queries/session'
import { Shell } from './features/session/Shell'
import { SignInPage } from './features/session/SignInPage'
import { NotFound, PageError } from './ui/PageError'
import { ShortcutProvider } from './ui/shortcuts'

const client: QueryClient = new QueryClient({
  defaultOptions: {
    queries: {
      retry: (failures, error) =>
        failures < 2 && error instanceof Problem && (error.status === 0 || error.status >= 502),
      refetchOnWindowFocus: false,
    },
  },
  queryCache: new QueryCache({
    onError: (error) => {
      // A session that has ended shows itself on any request; the page then asks for sign-in.
      if (error instanceof Problem && error.status === 401) forgetSession(client)
    },
  }),
})

const router = createBrowserRouter([
  { path: '/sign-in', element: <SignInPage /> },
  {
    path: '/',
    element: <Shell />,
    errorElement: <PageError />,
    hydrateFallbackElement: <></>,
    children: [
      { index: true, element: <Navigate to="/calls" replace /> },
      { path: 'calls', lazy: async () => ({ Component: (await import('./features/calls/CallsPage')).CallsPage }) },
      { path: 'calls/:callId', lazy: async () => ({ Component: (await import('./features/call/DeskPage')).DeskPage }) },
      {
        path: 'knowledge/new',
        lazy: async () => ({ Component: (await import('./features/knowledge/EditorPage')).EditorPage }),
      },
      {
        path: 'knowledge/words',
        lazy: async () => ({ Component: (await import('./features/words/WordsPage')).WordsPage }),
      },
      {
        path: 'knowledge/hit-test',
        lazy: async () => ({ Component: (await import('./features/knowledge-tests/HitTestPage')).HitTestPage }),
      },
      {
        path: 'knowledge/tests',
        lazy: async () => ({ Component: (await import('./features/knowledge-tests/TestsPage')).TestsPage }),
      },
      {
        path: 'knowledge/import',
        lazy: async () => ({ Component: (await import('./features/imports/ImportsPage')).ImportsPage }),
      },
      {
        path: 'knowledge/import/:importId',
        lazy: async () => ({ Component: (await import('./features/imports/ImportPage')).ImportPage }),
      },
      {
        path: 'knowledge/:entryId?',
        lazy: async () => ({ Component: (await import('./features/knowledge/BrowserPage')).BrowserPage }),
      },
      {
        path: 'knowledge/:entryId/edit',
        lazy: async () => ({ Component: (await import('./features/knowledge/EditorPage')).EditorPage }),
      },
      {
        path: 'calls/:callId/case',
        lazy: async () => ({ Component: (await import('./features/cases/CallCasePage')).CallCasePage }),
      },
      {
        path: 'cases/groups',
        lazy: async () => ({ Component: (await import('./features/cases/GroupsPage')).GroupsPage }),
      },
      {
        path: 'cases/:caseId/edit',
        lazy: async () => ({ Component: (await import('./features/cases/EditCasePage')).EditCasePage }),
      },
      {
        path: 'cases/:caseId?',
        lazy: async () => ({ Component: (await import('./features/cases/CasesPage')).CasesPage }),
      },
      {
        path: 'taxonomy',
        lazy: async () => ({ Component: (await import('./features/taxonomy/TaxonomyPage')).TaxonomyPage }),
      },
      {
        path: 'category-models',
        lazy: async () => ({ Component: (await import('./features/models/ModelsPage')).ModelsPage }),
      },
      {
        path: 'accounts',
        lazy: async () => ({ Component: (await import('./features/accounts/AccountsPage')).AccountsPage }),
      },
      { path: 'health', lazy: async () => ({ Component: (await import('./features/health/HealthPage')).HealthPage }) },
      { path: '*', element: <NotFound /> },
    ],
  },
])

export function App() {
  return (
    <QueryClientProvider client={client}>
      <ShortcutProvider>
        <RouterProvider router={router} />
      </ShortcutProvider>
    </QueryClientProvider>
  )
}
