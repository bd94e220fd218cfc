import { useQuery } from '@tanstack/react-query'
import { screen, waitFor } from '@testing-library/react'
import userEvent from '@testing-library/user-event'
import { Route, Routes } from 'react-router'
import { expect, it, vi } from 'vitest'

import { draw, serve } from '../../../tests/support/page'
import { Shell } from './Shell'
import { SignInPage } from './SignInPage'

const sessionOf = (name: string) => ({
  account: {
    id: name,
    username: name,
    display_name: name,
    role: 'agent',
    locale: 'zh-CN',
    must_change_password: false,
  },
  permissions: ['calls.read_own'],
})

const read = vi.fn<() => Promise<string>>()

/** Any page behind sign-in: it shows what it has read. */
function Records() {
  const { data } = useQuery({ queryKey: ['records'], queryFn: read })
  return <p>{data}</p>
}

const pages = (
  <Routes>
    <Route path="/sign-in" element={<SignInPage />} />
    <Route path="/" element={<Shell features={[]} />}>
      <Route path="*" element={<Records />} />
    </Route>
  </Routes>
)

it('leads to sign-in on signing out, and forgets what the person has read and sent', async () => {
  const user = userEvent.setup()
  let name: string | null = '张接线'
  serve({
    'GET /session': () => (name === null ? [401, { code: 'not_signed_in', detail: 'x' }] : [200, sessionOf(name)]),
    'DELETE /session': () => {
      name = null
      return [204, null]
    },
    'POST /session': () => {
      name = '李接线'
      return [200, sessionOf(name)]
    },
  })
  read.mockImplementation(() => Promise.resolve(`只给${name ?? '谁都不'}看`))
  const { client } = draw(pages, '/calls')
  await screen.findByText('只给张接线看')
  await user.click(screen.getByRole('button', { name: /张接线/ }))
  await user.click(screen.getByRole('button', { name: '退出登录' }))

  const username = await screen.findByLabelText('用户名')
  await waitFor(() => {
    expect(document.activeElement).toBe(username)
  })
  const kept = client.getQueryCache().getAll()
  expect(kept.map((query) => [query.queryKey, query.state.data])).toEqual([[['session'], null]])
  expect(
    client
      .getMutationCache()
      .getAll()
      .flatMap((mutation) => mutation.state.variables ?? []),
  ).toEqual([])
  expect(read).toHaveBeenCalledTimes(1)

  await user.type(username, 'li')
  await user.type(screen.getByLabelText('密码'), 'good and long{Enter}')
  expect(await screen.findByText('只给李接线看')).toBeTruthy()
  expect(screen.queryByText(/张接线/)).toBeNull()
})
