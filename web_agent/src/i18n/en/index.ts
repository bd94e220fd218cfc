import visits from './visits.json'
import board from './board.json'
import addresses from './addresses.json'
import type { Texts } from '../texts'
import alerts from './alerts.json'
import accounts from './accounts.json'
import call from './call.json'
import callSearch from './call-search.json'
import audit from './audit.json'
import callbacks from './callbacks.json'
import calls from './calls.json'
import changes from './changes.json'
import cases from './cases.json'
import category from './category.json'
import common from './common.json'
import complaints from './complaints.json'
import curation from './curation.json'
import errors from './errors.json'
import facts from './facts.json'
import firstContact from './first-contact.json'
import floor from './floor.json'
import health from './health.json'
import hints from './hints.json'
import imports from './imports.json'
import integrations from './integrations.json'
import ivr from './ivr.json'
import jobs from './jobs.json'
import knowledge from './knowledge.json'
import knowledgeTests from './knowledge-tests.json'
import learning from './learning.json'
import models from './models.json'
import newHires from './new-hires.json'
import notices from './notices.json'
import notifications from './notifications.json'
import policies from './policies.json'
import recording from './recording.json'
import routing from './routing.json'
import search from './search.json'
import session from './session.json'
import softphone from './softphone.json'
import suggestions from './suggestions.json'
import summary from './summary.json'
import surveys from './surveys.json'
import taxonomy from './taxonomy.json'
import training from './training.json'
import transcript from './transcript.json'
import words from './words.json'
import workOrders from './work-orders.json'

/** All English texts; the compiler refuses the file where a key of the Chinese ones is missing. */
export const en: Texts = {
  ...alerts,
  ...accounts,
  ...call,
  ...callSearch,
  ...audit,
  ...callbacks,
  ...calls,
  ...changes,
  ...cases,
  ...category,
  ...common,
  ...complaints,
  ...curation,
  ...errors,
  ...facts,
  ...firstContact,
  ...floor,
  ...health,
  ...hints,
  ...imports,
  ...integrations,
  ...ivr,
  ...jobs,
  ...knowledge,
  ...knowledgeTests,
  ...learning,
  ...models,
  ...newHires,
  ...notices,
  ...visits,
  ...board,
  ...addresses,
  ...notifications,
  ...policies,
  ...recording,
  ...routing,
  ...search,
  ...session,
  ...softphone,
  ...suggestions,
  ...summary,
  ...surveys,
  ...taxonomy,
  ...training,
  ...transcript,
  ...words,
  ...workOrders,
}
