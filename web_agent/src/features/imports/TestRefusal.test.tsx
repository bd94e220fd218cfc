import { fireEvent, screen, within } from '@testing-library/react'
import { expect, it, vi } from 'vitest'

import type { GoldReport, ImportDetail } from '@/api/types'

import { draw } from '../../../tests/support/page'
import { TestRefusal } from './TestRefusal'

const FIGURES = { questions: 1, hit_at_1: 1, hit_at_3: 1, mrr: 1, nothing_fits: 0 }
const REPORT: GoldReport = {
  question_count: 1,
  available_count: 1,
  state: 'complete',
  before: FIGURES,
  after: { ...FIGURES, hit_at_1: 0 },
  better: 0,
  worse: 1,
  drops: 1,
  near: [],
  changes: [
    {
      question_id: '00000000-0000-4000-8000-0000000000a1',
      text: '水表多久抄一次',
      entry_id: '00000000-0000-4000-8000-0000000000e1',
      entry_title: '抄表周期',
      movement: 'worse',
      is_drop: true,
      before: { rank: 1, confidence: 0.9, has_answer: true, best: null },
      after: { rank: 2, confidence: 0.2, has_answer: true, best: null },
      displaced_by: null,
      is_sector_known: true,
    },
  ],
}
const READY: ImportDetail = {
  id: '00000000-0000-4000-8000-0000000000b1',
  state: 'ready',
  author: '管理员',
  created_at: '2026-11-25T10:00:00Z',
  finished_at: null,
  failure: null,
  file_count: 1,
  done_count: 1,
  refused_count: 0,
  counts: {},
  first_name: '约定.md',
  settings: {
    situation: 'general.reference.procedure',
    business_type: 'enquiry',
    audiences: ['agent'],
    owner: '',
    mode: 'publish',
    retires_gone: true,
  },
  is_testing: false,
  test_refusal: null,
  test_run_id: null,
  taken_back: null,
  files: [],
}

function refusedBy(policy: 'warn' | 'block', report: GoldReport | null, failure: string) {
  const onPublish = vi.fn()
  const detail: ImportDetail = { ...READY, failure, test_refusal: { policy, report } }
  draw(<TestRefusal detail={detail} isPending={false} onPublish={onPublish} />)
  return onPublish
}

it('names the questions of an import and publishes it all the same', () => {
  const onPublish = refusedBy('warn', REPORT, 'knowledge_test_drop')
  const panel = screen.getByRole('region', { name: '发布前的检验' })
  expect(within(panel).getByRole('rowheader').textContent).toBe('水表多久抄一次')
  expect(panel.textContent).toContain('发布后有 1 个测试问题会变差')
  fireEvent.click(within(panel).getByText('仍然发布'))
  expect(onPublish).toHaveBeenCalledExactlyOnceWith({ ask_before_drop: false, override_reason: '' })
})

it('wants a reason where the policy blocks, and can be put off', () => {
  const onPublish = refusedBy('block', REPORT, 'knowledge_test_blocked')
  fireEvent.change(screen.getByLabelText('为什么仍要发布'), { target: { value: ' 归物业了 ' } })
  fireEvent.click(screen.getByText('带理由发布'))
  expect(onPublish).toHaveBeenCalledExactlyOnceWith({ ask_before_drop: true, override_reason: '归物业了' })
  fireEvent.click(screen.getByText('先不发布'))
  expect(screen.queryByRole('region')).toBeNull()
  expect(screen.getByRole('status').textContent).toContain('还没有发布任何内容')
})

it('says that the questions could not run, and what stopped an import otherwise', () => {
  refusedBy('warn', null, 'knowledge_test_unavailable')
  expect(screen.getByText('搜索暂不可用，测试问题没能检验。')).toBeTruthy()
  draw(<TestRefusal detail={{ ...READY, failure: 'disk_full' }} isPending={false} onPublish={vi.fn()} />)
  expect(screen.getByText(/中途停下了/)).toBeTruthy()
})
