import { fireEvent, screen } from '@testing-library/react'
import userEvent from '@testing-library/user-event'
import { useState } from 'react'
import { expect, it, vi } from 'vitest'

import type { CallSnapshot, CallState, FeedbackRecorded, SuggestionList } from '@/api/types'

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
  withheld?: CallSnapshot['withheld']
  spoken?: CallSnapshot['spoken']
  callState?: CallState
}

function Panel({ start, next, utterances = [], withheld = null, spoken = [], callState = 'answered' }: PanelProps) {
  const [list, setList] = useState(start)
  const [feedback, setFeedback] = useState<FeedbackRecorded[]>([])
  const board = useCardBoard({ list, feedback, withheld, spoken, isLive: callState !== 'ended' })
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
        callState={callState}
        utterances={utterances.map((utterance) => makeUtterance(utterance))}
        deeds={{
          onOpenSource: vi.fn(),
          onFeedback: (recorded) => {
            setFeedback(recorded.verdict === 'withdrawn' ? [] : [recorded])
          },
          onReason: vi.fn(),
        }}
      />
    </>
  )
}

const arrive = () => fireEvent.click(screen.getByText('arrive'))
const titles = () => screen.queryAllByRole('heading', { level: 3 }).map((heading) => heading.textContent)
const isOpen = (title: RegExp) => screen.getByRole('button', { name: title }).getAttribute('aria-expanded')

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

const numbered = (title: string, number: number, change = {}) => makeCard({ title, number, ...change })

it('keeps the number of a card while the ranking changes, and opens it by that key', async () => {
  const user = userEvent.setup()
  const [one, two, three] = [numbered('甲', 1), numbered('乙', 2), numbered('丙', 3)]
  draw(<Panel start={makeList([one, two])} next={makeList([three, two, one])} />)
  expect(titles()).toEqual(['1甲', '2乙'])
  arrive()
  expect(titles()).toEqual(['3丙', '1甲', '2乙'])
  await user.keyboard('1')
  expect(isOpen(/甲/)).toBe('true')
})

it('opens the card that leads next, also after another one was opened by its key', async () => {
  const user = userEvent.setup()
  const [one, two, three] = [numbered('甲', 1), numbered('乙', 2), numbered('丙', 3)]
  draw(<Panel start={makeList([one, two])} next={makeList([three, one, two])} />)
  await user.keyboard('2')
  expect(isOpen(/乙/)).toBe('true')
  await user.click(screen.getByText('arrive'))
  expect(isOpen(/丙/)).toBe('true')
})

it('lets a dismissed card leave, names it, and brings it back by Z', async () => {
  const user = userEvent.setup()
  const [one, two] = [numbered('甲', 1), numbered('乙', 2)]
  const recorded = { feedback_id: 'f', suggestion_id: one.suggestion_id, entry_id: one.entry_id, note: '' }
  const path = `POST /calls/c1/suggestions/${one.suggestion_id}/feedback`
  serve({ [path]: [201, { ...recorded, verdict: 'dismissed' }] })
  draw(<Panel start={makeList([one, two])} />)
  await user.keyboard('d')
  expect(await screen.findByText('已收起「甲」')).toBeTruthy()
  expect(titles()).toEqual(['2乙'])
  expect(isOpen(/乙/)).toBe('true')
  serve({ [path]: [201, { ...recorded, verdict: 'withdrawn' }] })
  await user.keyboard('z')
  await vi.waitFor(() => {
    expect(titles()).toEqual(['1甲', '2乙'])
  })
  expect(screen.queryByText('已收起「甲」')).toBeNull()
})

it('folds the list where nothing fits the newest question, and shows it by a number', async () => {
  const user = userEvent.setup()
  const segment = '00000000-0000-4000-8000-0000000000bb'
  const withheld = { reason: 'nothing_fits', trigger_segment_id: segment, search_state: 'complete' } as const
  draw(
    <Panel
      start={makeList([numbered('甲', 4)])}
      withheld={withheld}
      utterances={[{ segment_id: segment, text: '你们修空调吗' }]}
    />,
  )
  expect(screen.getByText('“你们修空调吗”')).toBeTruthy()
  expect(titles()).toEqual([])
  await user.keyboard('4')
  expect(titles()).toEqual(['4甲'])
  expect(isOpen(/甲/)).toBe('true')
})

it('ticks what the agent has said and folds a card whose script was said in full', () => {
  const one = numbered('甲', 1, { script: '请先关阀门。再开窗通风。' })
  const two = numbered('乙', 2)
  const said = { suggestion_id: one.suggestion_id, steps: [1], segment_id: 's' }
  const half = { ...said, script: [{ start: 0, end: 6 }], is_finished: false }
  const { unmount } = draw(<Panel start={makeList([one, two])} spoken={[half]} />)
  expect(screen.getAllByRole('img', { name: '已说' })).toHaveLength(2)
  expect(isOpen(/甲/)).toBe('true')
  unmount()
  draw(<Panel start={makeList([one, two])} spoken={[{ ...half, is_finished: true }]} />)
  expect(isOpen(/甲/)).toBe('false')
  expect(isOpen(/乙/)).toBe('true')
  expect(screen.getByText(/已说完/)).toBeTruthy()
})

it('marks nothing inside the line to read aloud', () => {
  const match = { kind: 'exact', segment_id: null, utterance_span: null, field_index: 0 } as const
  const card = numbered('甲', 1, { matches: [{ ...match, field: 'script', field_span: { start: 0, end: 2 } }] })
  draw(<Panel start={makeList([card])} />)
  expect(document.querySelector('.card__script mark')).toBeNull()
})

it('shows the cards of an ended call, also when its last question had no answer', () => {
  const withheld = { reason: 'nothing_fits', trigger_segment_id: 's', search_state: 'complete' } as const
  draw(<Panel start={makeList([first])} withheld={withheld} callState="ended" />)
  expect(titles()).toEqual(['1第一张'])
  expect(screen.queryByText('知识库里没有这个问题的答案')).toBeNull()
})
