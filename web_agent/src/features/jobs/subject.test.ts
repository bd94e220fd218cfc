import { expect, it } from 'vitest'

import { addressOfJob } from './subject'

it('leads to the import that a job reads', () => {
  const job = { kind: 'documents.import', payload: { import_id: 'i-1' }, result: null }
  expect(addressOfJob(job)).toBe('/knowledge/import/i-1')
  expect(addressOfJob({ ...job, payload: {} })).toBeNull()
})

it('leads to the run that a job has made, and to all runs before it has', () => {
  const job = { kind: 'knowledge_tests.run', payload: {}, result: null }
  expect(addressOfJob(job)).toBe('/knowledge/tests')
  expect(addressOfJob({ ...job, result: { run_id: 'a b' } })).toBe('/knowledge/tests?run=a%20b')
})

it('leads nowhere for a kind that it does not know', () => {
  expect(addressOfJob({ kind: 'x.y', payload: { import_id: 'i' }, result: null })).toBeNull()
})
