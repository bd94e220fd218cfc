import type { CaseDetail } from '@/api/types'

export function makeCase(change: Partial<CaseDetail> = {}): CaseDetail {
  return {
    id: '00000000-0000-4000-8000-00000000ca01',
    key: null,
    title: '漏电保护器跳闸',
    problem: '客户家里没电，邻居正常。',
    facts: { 时间: '今天早上七点' },
    sector: 'power',
    situation: 'power.outage.single',
    category_path: ['供电', '停电', '一户停电'],
    business_type: 'fault',
    solution: '拔下热水器后合上漏保。',
    outcome: 'resolved',
    occurred_on: '2026-07-14',
    area: '城东',
    equipment: '漏电保护器',
    entry_ids: [],
    call_id: null,
    created_at: '2026-07-14T06:00:00Z',
    updated_at: null,
    version: 1,
    author: '张班',
    author_id: null,
    is_deidentified: true,
    ...change,
  }
}
