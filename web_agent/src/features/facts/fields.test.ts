import { describe, expect, it } from 'vitest'

import type { CallFact, RequiredField, Utterance } from '@/api/types'

import { quoteOf, toAsk } from './fields'

const fact = (field: CallFact['field'], value: string, start = 0, end = 0): CallFact => ({
  field,
  value,
  evidence: end === 0 ? [] : [{ segment_id: 's1', span: { start, end } }],
  is_confirmed: false,
  edited_by: null,
})
const required: RequiredField[] = [
  { field: 'contact_phone', fact: 'phone', question: { zh: '电话？', en: 'Phone?' } },
  { field: 'address', fact: 'address', question: { zh: '地址？', en: 'Address?' } },
  { field: 'description', fact: null, question: null },
]

describe('toAsk', () => {
  it('asks for what the server misses, also for a value that leads nowhere', () => {
    const asked = toAsk(required, ['contact_phone', 'address', 'description'], [fact('address', '厨房里')])
    expect(asked.map(({ field }) => field)).toEqual(['contact_phone', 'address'])
  })

  it('never asks again for what the agent has typed', () => {
    const typed = { ...fact('phone', '13800138000'), edited_by: '张班' }
    expect(toAsk(required, ['contact_phone'], [typed])).toEqual([])
    expect(toAsk(required, [], [])).toEqual([])
  })
})

describe('quoteOf', () => {
  const said = { segment_id: 's1', start_ms: 41_000, text: '我在幸福路十六号三单元，你们快点来吧。' } as Utterance

  it('quotes the words with what stands around them', () => {
    const quote = quoteOf(fact('address', '幸福路16号三单元', 2, 11), [said])
    expect(quote).toEqual({
      segmentId: 's1',
      atMs: 41_000,
      before: '我在',
      words: '幸福路十六号三单元',
      after: '，你们快点来吧。',
    })
  })

  it('has nothing for a value that the agent set', () => {
    expect(quoteOf(fact('address', '幸福路'), [said])).toBeNull()
  })
})
