import { QueryClientProvider } from '@tanstack/react-query'
import { render, screen, waitFor } from '@testing-library/react'
import userEvent from '@testing-library/user-event'
import { createMemoryRouter, RouterProvider } from 'react-router'
import { expect, it } from 'vitest'

import { createQueryClient } from '@/api/client'
import type { Feature } from '@/ui/feature'
import { ShortcutProvider } from '@/ui/shortcuts'

import { serve } from '../../../tests/support/page'
import { routesOf } from './router'

/** The smallest whole feature: one object makes the route, the link in the bar and the check of the permission. */
const lamps: Feature = {
  pages: [
    {
      path: 'lamps',
      permission: 'health.read',
      page: () => Promise.resolve(() => <h1>三盏灯</h1>),
      navigation: { label: 'health.nav', group: 'administration', chord: 'Alt+L' },
      landing: ['agent'],
    },
  ],
}

function open(address: string, permissions: readonly string[]) {
  const account = {
    id: 'a',
    username: 'zhang',
    display_name: '张接线',
    role: 'agent',
    locale: 'zh-CN',
    must_change_password: false,
  }
  serve({ 'GET /session': () => [200, { account, permissions }] })
  const router = createMemoryRouter(routesOf([lamps]), { initialEntries: [address] })
  render(
    <QueryClientProvider client={createQueryClient()}>
      <ShortcutProvider>
        <RouterProvider router={router} />
      </ShortcutProvider>
    </QueryClientProvider>,
  )
  return router
}

it('gives a feature that is one object its route, its link, its key and its landing', async () => {
  const router = open('/', ['health.read'])
  expect(await screen.findByRole('heading', { name: '三盏灯' })).toBeTruthy()
  expect(router.state.location.pathname).toBe('/lamps')
  expect(screen.getByRole('link', { name: '运行状态' }).getAttribute('href')).toBe('/lamps')
  await router.navigate('/nowhere')
  await waitFor(() => {
    expect(screen.queryByRole('heading', { name: '三盏灯' })).toBeNull()
  })
  await userEvent.setup().keyboard('{Alt>}l{/Alt}')
  expect(await screen.findByRole('heading', { name: '三盏灯' })).toBeTruthy()
})

it('keeps a feature from those who may not open it', async () => {
  open('/lamps', [])
  expect(await screen.findByText('没有打开这一页的权限')).toBeTruthy()
  expect(screen.queryByRole('heading', { name: '三盏灯' })).toBeNull()
  expect(screen.queryByRole('link', { name: '运行状态' })).toBeNull()
})
