import { expect, it } from 'vitest'

import { factsOf } from './facts'

const LABELS = { area: 'area', equipment: 'equipment' }

it('says a device once, also where the facts name it again', () => {
  const item = { area: '幸福路', equipment: '漏保', facts: { 设备: '漏保', 户号: '3205' } }
  expect(factsOf(item, LABELS)).toEqual([
    ['area', '幸福路'],
    ['equipment', '漏保'],
    ['户号', '3205'],
  ])
})

it('leaves out what nobody knows', () => {
  expect(factsOf({ area: '', equipment: '', facts: { 时长: '' } }, LABELS)).toEqual([])
})
