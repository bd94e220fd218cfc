import { expect, it } from 'vitest'

import { makeCase } from '../../../tests/support/cases'

import { entrySeed } from './promotion'

it('makes the first draft of an entry out of a case', () => {
  const seed = entrySeed(makeCase({ problem: '没电了\n漏保推不上', solution: '拔掉热水器。再推漏保。' }), '来自案例')
  expect(seed).toMatchObject({
    title: '漏电保护器跳闸',
    variants: '没电了\n漏保推不上',
    answer: '拔掉热水器。再推漏保。',
    script: '拔掉热水器。',
    situation: 'power.outage.single',
    change_note: '来自案例',
  })
})
