import { expect, it } from 'vitest'

import { makeCase } from '../../../tests/support/cases'

import { caseEdit, caseFieldOf, caseValues, factsOf } from './caseDraft'

it('comes back from the form as it went in', () => {
  const item = makeCase()
  const edit = caseEdit(caseValues(item), item.version)
  expect(edit).toMatchObject({ title: item.title, facts: item.facts, sector: 'power', base_version: 1 })
})

it('reads facts line by line, with either colon, and keeps a line without one', () => {
  expect(factsOf('时间：七点:半\n\n设备: 漏保\n冒烟')).toEqual({ 时间: '七点:半', 设备: '漏保', 冒烟: '' })
})

it('sends no sector for every sector, and an unchosen situation as empty', () => {
  const values = { ...caseValues(makeCase()), sector: '', situation: undefined }
  expect(caseEdit(values, null)).toMatchObject({ sector: null, situation: '', base_version: null })
})

it('knows which field a message of the server belongs to', () => {
  expect(['facts', 'entry_ids.0', 'version'].map(caseFieldOf)).toEqual(['facts', 'entry_ids', null])
})
