import alerts from './alerts.json'
import accounts from './accounts.json'
import call from './call.json'
import audit from './audit.json'
import calls from './calls.json'
import cases from './cases.json'
import category from './category.json'
import common from './common.json'
import errors from './errors.json'
import health from './health.json'
import imports from './imports.json'
import jobs from './jobs.json'
import knowledge from './knowledge.json'
import knowledgeTests from './knowledge-tests.json'
import models from './models.json'
import notifications from './notifications.json'
import policies from './policies.json'
import search from './search.json'
import session from './session.json'
import softphone from './softphone.json'
import suggestions from './suggestions.json'
import taxonomy from './taxonomy.json'
import transcript from './transcript.json'
import words from './words.json'
import workOrders from './work-orders.json'

/** All Chinese texts: one file per feature, each with namespaces of its own. */
export const zhCN = {
  ...alerts,
  ...accounts,
  ...call,
  ...audit,
  ...calls,
  ...cases,
  ...category,
  ...common,
  ...errors,
  ...health,
  ...imports,
  ...jobs,
  ...knowledge,
  ...knowledgeTests,
  ...models,
  ...notifications,
  ...policies,
  ...search,
  ...session,
  ...softphone,
  ...suggestions,
  ...taxonomy,
  ...transcript,
  ...words,
  ...workOrders,
}
