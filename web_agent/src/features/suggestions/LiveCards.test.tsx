import { fireEvent, screen } from '@testing-library/react'
import userEvent from '@testing-library/user-event'
import { useState } from 'react'
import { expect, it, vi } from 'vitest'

import type { SuggestionList } from '@/api/types'

import { makeCard, makeList, makeUtterance } from '../../../tests/support/calls'
import { draw, serve } from '../../../tests/support/page'
import { LiveCards } from './LiveCards'
import { useCardBoard } from './useCardBoard'

const first = makeCard({ title: '第一张' })
const second = makeCard({ title: '第二张' })

interface PanelProps {
  start: SuggestionList
  /** Comes in when `arrive` is called; pointer and focus stay where they are. */
  next?: SuggestionList
  utterances?: Parameters<typeof makeUtterance>[0][]
}

function Panel({ start, next, utterances = [] }: PanelProps) {
  const [list, setList] = useState(start)
  const board = useCardBoard(list, [])
  return (
    <>
      <button
        onClick={() => {
          if (next !== undefined) setList(next)
        }}
      >
        arrive
      </button>
      <LiveCards
        board={board}
        callId="c1"
        callState="answered"
        utterances={utterances.map((utterance) => makeUtterance(utterance))}
        deeds={{ onOpenSource: vi.fn(), onFeedback: vi.fn(), onReason: vi.fn() }}
      />
    </>
  )
}

const arrive = () => fireEvent.click(screen.getByText('arrive'))
const titles = () => screen.getAllByRole('heading', { level: 3 }).map((heading) => heading.textContent)

it('holds new cards behind a chip while the pointer is on the list, and shows them by N', async () => {
  const user = userEvent.setup()
  draw(<Panel start={makeList([first])} next={makeList([second, first])} />)
  await user.hover(screen.getByText('第一张'))
  arrive()
  expect(await screen.findByRole('button', { name: /1 条新建议/ })).toBeTruthy()
  expect(titles()).toEqual(['1第一张'])
  await user.keyboard('n')
  expect(titles()).toEqual(['1第二张', '2第一张'])
})

it('keeps the card open that is being read when the list changes', async () => {
  const user = userEvent.setup()
  draw(<Panel start={makeList([first, second])} next={makeList([makeCard({ title: '第三张' }), first, second])} />)
  await user.keyboard('2')
  expect(screen.getByRole('button', { name: /第二张/ }).getAttribute('aria-expanded')).toBe('true')
  arrive()
  await user.keyboard('n')
  expect(screen.getByRole('button', { name: /第二张/ }).getAttribute('aria-expanded')).toBe('true')
})

it('sends a verdict by key, and a note with "wrong"', async () => {
  const user = userEvent.setup()
  const path = `POST /calls/c1/suggestions/${first.suggestion_id}/feedback`
  const recorded = { feedback_id: 'f', suggestion_id: first.suggestion_id, entry_id: first.entry_id, note: '' }
  const sent = serve({ [path]: [201, { ...recorded, verdict: 'used' }] })
  const verdicts = () => sent.filter((request) => request.method === 'POST')
  draw(<Panel start={makeList([first])} />)
  await user.keyboard('u')
  await vi.waitFor(() => {
    expect(verdicts().map((request) => request.body)).toEqual([{ verdict: 'used', note: '' }])
  })
  await user.keyboard('w')
  await user.type(screen.getByRole('textbox'), 'du d{Enter}')
  await vi.waitFor(() => {
    expect(verdicts().at(-1)?.body).toEqual({ verdict: 'wrong', note: 'du d' })
  })
  expect(verdicts()).toHaveLength(2)
})

it('says so when a verdict could not be stored', async () => {
  const user = userEvent.setup()
  serve({})
  draw(<Panel start={makeList([first])} />)
  await user.keyboard('d')
  expect((await screen.findByRole('alert')).textContent).toContain('没有记下来')
})

it("shows the caller's words that called the card up, dotted when only the sound agrees", () => {
  const segment = '00000000-0000-4000-8000-0000000000aa'
  const match = { segment_id: segment, field: 'title', field_index: 0, field_span: { start: 0, end: 1 } } as const
  const card = makeCard({
    matches: [
      { ...match, kind: 'exact', utterance_span: { start: 0, end: 2 } },
      { ...match, kind: 'pinyin', utterance_span: { start: 4, end: 6 } },
    ],
  })
  draw(<Panel start={makeList([card])} utterances={[{ segment_id: segment, text: '对门有电掉下来了' }]} />)
  expect(screen.getByRole('button', { name: '对门' }).querySelector('.mark--exact')).not.toBeNull()
  expect(screen.getByRole('button', { name: '掉下' }).querySelector('.mark--pinyin')).not.toBeNull()
})

it('teaches what will appear while there is nothing to suggest', () => {
  draw(<Panel start={makeList([])} />)
  expect(screen.getByText('还没有建议')).toBeTruthy()
})
