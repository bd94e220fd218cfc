import { QueryClientProvider } from '@tanstack/react-query'
import { RouterProvider } from 'react-router'

import { createQueryClient } from './api/client'
import { accounts } from './features/accounts/routes'
import { audit } from './features/audit/routes'
import { call } from './features/call/routes'
import { calls } from './features/calls/routes'
import { cases } from './features/cases/routes'
import { crew } from './features/crew/routes'
import { customers } from './features/customers/routes'
import { health } from './features/health/routes'
import { imports } from './features/imports/routes'
import { jobs } from './features/jobs/routes'
import { knowledge } from './features/knowledge/routes'
import { knowledgeTests } from './features/knowledge-tests/routes'
import { models } from './features/models/routes'
import { notifications } from './features/notifications/routes'
import { policies } from './features/policies/routes'
import { createRouter } from './features/session/router'
import { session } from './features/session/routes'
import { softphone } from './features/softphone/routes'
import { taxonomy } from './features/taxonomy/routes'
import { words } from './features/words/routes'
import { workOrders } from './features/work-orders/routes'
import { ShortcutProvider } from './ui/shortcuts'

// The order is that of the navigation. Nothing else knows all features.
const FEATURES = [
  calls,
  call,
  workOrders,
  customers,
  crew,
  knowledge,
  words,
  imports,
  knowledgeTests,
  cases,
  taxonomy,
  models,
  jobs,
  health,
  accounts,
  policies,
  audit,
  notifications,
  softphone,
  session,
]

const client = createQueryClient()
const router = createRouter(FEATURES)

export function App() {
  return (
    <QueryClientProvider client={client}>
      <ShortcutProvider>
        <RouterProvider router={router} />
      </ShortcutProvider>
    </QueryClientProvider>
  )
}
