import type { CategoryTree, EntryDetail, RevisionDetail } from '@/api/types'

export function makeRevision(change: Partial<RevisionDetail> = {}): RevisionDetail {
  return {
    id: '00000000-0000-4000-8000-00000000a001',
    entry_id: '00000000-0000-4000-8000-00000000e001',
    number: 1,
    state: 'published',
    origin: 'edit',
    title: '一户停电',
    variants: ['家里没电了'],
    answer: '1. 看总开关',
    script: '请您先看一下总开关。',
    sector: 'power',
    region: null,
    situation: 'power.outage.single',
    idea: '先分清户内还是户外',
    means: '查总开关',
    category_path: ['供电', '停电', '一户停电'],
    business_type: 'fault',
    audiences: ['agent'],
    valid_from: null,
    valid_until: null,
    reviewed_on: '2026-03-01',
    owner: '抢修组',
    sources: [{ title: '供电服务规范', detail: '' }],
    author: '李知识',
    change_note: '',
    created_at: '2026-03-01T06:00:00Z',
    published_at: '2026-03-01T06:00:00Z',
    retired_at: null,
    ...change,
  }
}

export function makeEntry(current = makeRevision()): EntryDetail {
  return { id: current.entry_id, key: null, created_at: current.created_at, current }
}

export const TREE: CategoryTree = {
  sectors: [
    {
      code: 'power',
      name_zh: '供电',
      name_en: 'Power',
      groups: [
        {
          code: 'power.outage',
          name_zh: '停电',
          name_en: 'Outage',
          situations: [
            { code: 'power.outage.single', name_zh: '一户停电', name_en: 'One household', entry_count: 1, ideas: [] },
          ],
        },
      ],
    },
  ],
  business_types: [{ code: 'fault', name_zh: '故障报修', name_en: 'Fault repair' }],
}
