import { QueryClientProvider } from '@tanstack/react-query'
import { RouterProvider } from 'react-router'

import { createQueryClient } from './api/client'
import { addresses } from './features/addresses/routes'
import { accounts } from './features/accounts/routes'
import { audit } from './features/audit/routes'
import { call } from './features/call/routes'
import { callbacks } from './features/callbacks/routes'
import { calls } from './features/calls/routes'
import { changes } from './features/changes/routes'
import { cases } from './features/cases/routes'
import { crew } from './features/crew/routes'
import { curation } from './features/curation/routes'
import { customers } from './features/customers/routes'
import { floor } from './features/floor/routes'
import { hints } from './features/hints/routes'
import { health } from './features/health/routes'
import { imports } from './features/imports/routes'
import { integrations } from './features/integrations/routes'
import { ivr } from './features/ivr/routes'
import { jobs } from './features/jobs/routes'
import { recordings } from './features/recordings/routes'
import { knowledge } from './features/knowledge/routes'
import { knowledgeTests } from './features/knowledge-tests/routes'
import { learning } from './features/learning/routes'
import { models } from './features/models/routes'
import { newHires } from './features/new-hires/routes'
import { notices } from './features/notices/routes'
import { notifications } from './features/notifications/routes'
import { policies } from './features/policies/routes'
import { routing } from './features/routing/routes'
import { createRouter } from './features/session/router'
import { session } from './features/session/routes'
import { softphone } from './features/softphone/routes'
import { surveys } from './features/surveys/routes'
import { taxonomy } from './features/taxonomy/routes'
import { training } from './features/training/routes'
import { words } from './features/words/routes'
import { workOrders } from './features/work-orders/routes'
import { ShortcutProvider } from './ui/shortcuts'

// The order is that of the navigation. Nothing else knows all features.
const FEATURES = [
  calls,
  call,
  floor,
  workOrders,
  callbacks,
  surveys,
  notices,
  customers,
  addresses,
  crew,
  learning,
  knowledge,
  changes,
  curation,
  words,
  hints,
  imports,
  knowledgeTests,
  cases,
  taxonomy,
  training,
  newHires,
  ivr,
  models,
  jobs,
  recordings,
  health,
  accounts,
  routing,
  policies,
  integrations,
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
