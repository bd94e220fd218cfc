import { expect, it } from 'vitest'

import type { NoticeView, Utterance } from '@/api/types'

import { noticesFor } from './matching'

const notice = { area: '解放路', sector: 'power' } as NoticeView
const said = (text: string, leg_role: Utterance['leg_role'] = 'customer') => ({ text, leg_role }) as Utterance
const nothing = { sector: null, utterances: [], facts: [], addresses: [] }

it('shows the notice as soon as the caller names the area, also in a partial', () => {
  expect(noticesFor([notice], { ...nothing, utterances: [said('我住解放路十二')] })).toEqual([notice])
  expect(noticesFor([notice], { ...nothing, utterances: [said('您是解放路吗', 'agent')] })).toEqual([])
})

it('shows it for the address of the file, and not in a call of another sector', () => {
  expect(noticesFor([notice], { ...nothing, addresses: ['解放路12号'] })).toEqual([notice])
  expect(noticesFor([notice], { ...nothing, sector: 'water', addresses: ['解放路12号'] })).toEqual([])
})
