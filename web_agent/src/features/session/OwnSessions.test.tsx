import { screen, within } from '@testing-library/react'
import userEvent from '@testing-library/user-event'
import { expect, it, vi } from 'vitest'

import { draw, serve } from '../../../tests/support/page'
import { OwnSessions } from './OwnSessions'

const browser = (id: string, isCurrent: boolean) => ({
  id,
  created_at: '2026-03-01T01:00:00Z',
  seen_at: '2026-03-01T02:00:00Z',
  expires_at: '2026-03-02T01:00:00Z',
  is_current: isCurrent,
})

it('signs out another browser and never offers to sign out this one', async () => {
  const user = userEvent.setup()
  const ended = vi.fn(() => [204, null] as const)
  serve({
    'GET /session/browsers': [200, { items: [browser('a', true), browser('b', false)] }],
    'DELETE /session/browsers/b': ended,
  })
  draw(<OwnSessions />, '/password')
  const rows = await screen.findAllByRole('listitem')
  expect(within(rows[0]!).queryByRole('button')).toBeNull()
  expect(screen.queryByRole('button', { name: '退出其他所有浏览器' })).toBeNull()
  await user.click(within(rows[1]!).getByRole('button'))
  expect(ended).toHaveBeenCalledTimes(1)
})
