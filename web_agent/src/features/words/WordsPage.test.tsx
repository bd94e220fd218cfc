import { useQuery } from '@tanstack/react-query'
import { fireEvent, screen } from '@testing-library/react'
import { expect, it } from 'vitest'

import { sessionQuery } from '@/api/queries/session'
import type { WordGroup } from '@/api/types'

import type { Reply } from '../../../tests/support/page'
import { draw, serve } from '../../../tests/support/page'
import { WordsPage } from './WordsPage'

const group = (change: Partial<WordGroup> = {}): WordGroup => ({
  id: '00000000-0000-4000-8000-00000000b001',
  key: null,
  use: 'synonyms',
  sector: 'power',
  words: ['空开', '断路器'],
  note: '',
  origin: 'edit',
  number: 3,
  author: '李知识',
  updated_at: '2026-03-01T06:00:00Z',
  ...change,
})

const session = (permissions: string[]): Reply => [
  200,
  { account: { id: '1', username: 'li', display_name: '李', role: 'curator', locale: 'zh-CN' }, permissions },
]

const list = (...items: WordGroup[]): Reply => [200, { items, next_cursor: null, total: items.length }]

/** The page as it stands behind sign-in. */
function SignedIn() {
  return useQuery(sessionQuery).data ? <WordsPage /> : null
}

it('lets readers see the words and offers no change', async () => {
  serve({ 'GET /session': session(['knowledge.read']), 'GET /knowledge/words': list(group()) })
  draw(<SignedIn />)
  await screen.findByText('断路器')
  expect(screen.queryByRole('button', { name: /修改/ })).toBeNull()
})

it('sends a change with the version it was made on, and names the word that is refused', async () => {
  const sent = serve({
    'GET /session': session(['knowledge.read', 'knowledge.edit']),
    'GET /knowledge/words': list(group()),
    'PUT /knowledge/words/00000000-0000-4000-8000-00000000b001': [
      422,
      { code: 'word_taken', errors: [{ field: 'words.1', code: 'word_taken', message: '' }] },
    ],
  })
  draw(<SignedIn />)
  // Looked up by label and text: roles of a whole dialog take a simulated page many seconds.
  fireEvent.click(await screen.findByLabelText('修改“空开”'))
  fireEvent.change(await screen.findByLabelText('词'), { target: { value: '空开、总闸' } })
  fireEvent.click(screen.getByText(/^保\s*存$/))
  await screen.findByText(/总闸 — 已在同一用途/)
  const change = sent.find((request) => request.method === 'PUT')
  expect(change?.body).toMatchObject({ words: ['空开', '总闸'], base_number: 3, sector: 'power' })
})

it('shows a one-way group as a direction', async () => {
  serve({
    'GET /session': session(['knowledge.read']),
    'GET /knowledge/words': list(group({ use: 'one_way', words: ['推闸', '合上开关'] })),
  })
  draw(<SignedIn />)
  expect((await screen.findByLabelText('也找')).textContent).toBe('→')
})
