import { screen } from '@testing-library/react'
import userEvent from '@testing-library/user-event'
import { beforeEach, expect, it, vi } from 'vitest'

import type { Reply, SentRequest } from '../../../tests/support/page'
import { draw, serve } from '../../../tests/support/page'
import { makeEntry, makeRevision, TREE } from '../../../tests/support/knowledge'
import { EditorPage } from './EditorPage'

const base = makeRevision()
const session = {
  account: {
    id: 'a',
    username: 'li',
    display_name: '李知识',
    role: 'curator',
    locale: 'zh-CN',
    must_change_password: false,
  },
  permissions: ['knowledge.read', 'knowledge.edit'],
}
let stored = base
let answer: (request: SentRequest) => Reply

function open() {
  stored = base
  const sent = serve({
    'GET /session': [200, session],
    'GET /knowledge/categories': [200, TREE],
    [`GET /knowledge/entries/${base.entry_id}`]: () => [200, makeEntry(stored)],
    [`POST /knowledge/entries/${base.entry_id}/revisions`]: (request) => answer(request),
    [`GET /knowledge/entries/${base.entry_id}/gold-questions`]: [200, { items: [] }],
  })
  const page = draw(<EditorPage />, `/knowledge/${base.entry_id}/edit`)
  page.client.setQueryData(['session'], session)
  return { sent, ...page }
}

vi.mock('react-router', async (original) => ({
  ...(await original<typeof import('react-router')>()),
  useParams: () => ({ entryId: '00000000-0000-4000-8000-00000000e001' }),
}))
vi.mock('@/features/session/useSession', () => ({ usePermission: () => true }))

beforeEach(() => {
  answer = () => [201, makeRevision({ number: 2 })]
})

it('shows what the server refuses at its field and keeps the text', async () => {
  const user = userEvent.setup()
  answer = () => [
    422,
    {
      code: 'text_empty',
      detail: 'x',
      details: {
        errors: [
          { field: 'title', code: 'text_empty', message: 'x' },
          { field: 'variants.1', code: 'variant_duplicate', message: 'y' },
        ],
      },
    },
  ]
  open()
  const script = await screen.findByLabelText(/话术/)
  await user.clear(script)
  await user.type(script, 'abc')
  await user.keyboard('{Control>}s{/Control}')
  expect(await screen.findByText('不能为空。')).toBeTruthy()
  expect(screen.getByText(/^第 2 行/)).toBeTruthy()
  expect((script as HTMLTextAreaElement).value).toBe('abc')
})

it('keeps the text when somebody was faster, shows their changes, and saves on top of them', async () => {
  const user = userEvent.setup()
  const theirs = makeRevision({
    id: '00000000-0000-4000-8000-00000000a002',
    number: 2,
    owner: '新负责人',
    author: '王同事',
  })
  const bases: unknown[] = []
  answer = ({ body }) => {
    const { base_revision_id: sentBase, script } = body as { base_revision_id: string; script: string }
    bases.push(sentBase)
    expect(script).toBe('mine')
    if (sentBase === theirs.id) return [201, makeRevision({ number: 3 })]
    stored = theirs
    return [409, { code: 'stale_revision', detail: 'x' }]
  }
  const { router } = open()
  const script = await screen.findByLabelText(/话术/)
  await user.clear(script)
  await user.type(script, 'mine')
  await user.keyboard('{Control>}s{/Control}')
  expect(await screen.findByText(/王同事 刚刚保存了第 2 版/)).toBeTruthy()
  expect(screen.getByText('新负责人')).toBeTruthy()
  expect((script as HTMLTextAreaElement).value).toBe('mine')
  await user.click(screen.getByText('以第 2 版为基础继续'))
  await user.keyboard('{Control>}s{/Control}')
  await vi.waitFor(() => {
    expect(router.state.location.pathname).toBe(`/knowledge/${base.entry_id}`)
  })
  expect(bases).toEqual([base.id, theirs.id])
})

const figures = { questions: 1, hit_at_1: 1, hit_at_3: 1, mrr: 1, nothing_fits: 0 }
const placed = (rank: number) => ({ rank, confidence: 0.8, has_answer: true, best: null })
const report = {
  question_count: 1,
  available_count: 1,
  state: 'complete',
  before: figures,
  after: { ...figures, hit_at_1: 0 },
  better: 0,
  worse: 1,
  drops: 1,
  near: [],
  changes: [
    {
      question_id: 'q',
      text: '就我一家没电',
      entry_id: base.entry_id,
      entry_title: base.title,
      movement: 'worse',
      is_drop: true,
      before: placed(1),
      after: placed(2),
      displaced_by: { entry_id: 'e2', title: '小区停电' },
    },
  ],
}

async function changeAndSave(code: string, policy: string) {
  const user = userEvent.setup()
  const consents: unknown[] = []
  answer = ({ body }) => {
    const { ask_before_drop, override_reason } = body as { ask_before_drop: boolean; override_reason: string }
    consents.push({ ask_before_drop, override_reason })
    if (!ask_before_drop || override_reason !== '') return [201, makeRevision({ number: 2 })]
    return [409, { code, detail: 'x', details: { policy, count: 1, report } }]
  }
  const page = open()
  const script = await screen.findByLabelText(/话术/)
  await user.clear(script)
  await user.type(script, 'mine')
  await user.keyboard('{Control>}s{/Control}')
  expect(await screen.findByText('就我一家没电')).toBeTruthy()
  expect(screen.getByText('小区停电')).toBeTruthy()
  expect((script as HTMLTextAreaElement).value).toBe('mine')
  return { user, consents, ...page }
}

it('shows which test questions would get worse, and publishes when told to', async () => {
  const { user, consents, router } = await changeAndSave('knowledge_test_drop', 'warn')
  await user.click(screen.getByText('仍然发布'))
  await vi.waitFor(() => {
    expect(router.state.location.pathname).toBe(`/knowledge/${base.entry_id}`)
  })
  expect(consents).toEqual([
    { ask_before_drop: true, override_reason: '' },
    { ask_before_drop: false, override_reason: '' },
  ])
})

it('publishes over a block only with a reason', async () => {
  const { user, consents, router } = await changeAndSave('knowledge_test_blocked', 'block')
  const publish = screen.getByText('带理由发布')
  expect(publish).toHaveProperty('disabled', true)
  await user.type(screen.getByLabelText('为什么仍要发布'), '业务已取消')
  await user.click(publish)
  await vi.waitFor(() => {
    expect(router.state.location.pathname).toBe(`/knowledge/${base.entry_id}`)
  })
  expect(consents.at(-1)).toEqual({ ask_before_drop: true, override_reason: '业务已取消' })
})
