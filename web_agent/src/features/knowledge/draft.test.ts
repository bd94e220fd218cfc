import { expect, it } from 'vitest'

import { makeRevision } from '../../../tests/support/knowledge'
import { changedFields, conflictsOf, draftOf, fieldOf, lineOf, valuesOf } from './draft'

it('goes to the form and back without changing anything but the note', () => {
  const revision = makeRevision({ region: '3205', valid_until: '2027-01-01', change_note: '旧说明' })
  const draft = draftOf(valuesOf(revision))
  expect(draft.change_note).toBe('')
  for (const [name, value] of Object.entries(draft)) {
    if (name !== 'change_note') expect(value, name).toEqual(revision[name as keyof typeof revision])
  }
})

it('sends lines as a list and empty fields as absent', () => {
  const draft = draftOf({ ...valuesOf(makeRevision()), variants: ' 没电了 \n\n停电\n', sector: '', region: ' ' })
  expect(draft).toMatchObject({ variants: ['没电了', '停电'], sector: null, region: null })
})

it('names the fields in which two revisions differ', () => {
  const base = makeRevision()
  expect(changedFields(base, { ...base, script: '新的', variants: ['x'], change_note: 'y' })).toEqual([
    'script',
    'variants',
  ])
})

it('names what they changed meanwhile, and takes it where only they did', () => {
  const base = makeRevision()
  const theirs = { ...base, script: '对方的', owner: '对方', answer: '同样的' }
  const mine = { ...valuesOf(base), script: '我的', answer: '同样的', region: '3205' }
  expect(conflictsOf(base, theirs, mine)).toEqual([
    { name: 'script', isOnlyTheirs: false },
    { name: 'owner', isOnlyTheirs: true },
  ])
})

it('finds the field and the line of a message', () => {
  expect([fieldOf('variants.2'), lineOf('variants.2')]).toEqual(['variants', 3])
  expect([fieldOf('title'), lineOf('title')]).toEqual(['title', null])
  expect(fieldOf('base_revision_id')).toBeNull()
})
