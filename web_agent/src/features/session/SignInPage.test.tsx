import { screen } from '@testing-library/react'
import userEvent from '@testing-library/user-event'
import { expect, it, vi } from 'vitest'

import { draw, serve } from '../../../tests/support/page'
import { PasswordPage } from './PasswordPage'
import { SignInPage } from './SignInPage'

const signedOut = [401, { code: 'not_signed_in', detail: 'x' }] as const

const descriptionOf = (field: HTMLElement): string | null =>
  document.getElementById(field.getAttribute('aria-describedby') ?? '')?.textContent ?? null

async function tryIn(code: string, details: object = {}) {
  const user = userEvent.setup()
  serve({ 'GET /session': signedOut, 'POST /session': [429, { code, detail: 'x', details }] })
  draw(<SignInPage />, '/sign-in')
  await user.type(await screen.findByLabelText('用户名'), 'zhang')
  await user.type(screen.getByLabelText('密码'), 'wrong{Enter}')
  return (await screen.findByRole('alert')).textContent
}

it('says that name or password is wrong', async () => {
  expect(await tryIn('wrong_credentials')).toContain('用户名或密码不对')
})

it('says how long to wait', async () => {
  expect(await tryIn('sign_in_locked', { retry_after_seconds: 40 })).toContain('约 40 秒')
})

it('speaks of the server when it cannot be reached', async () => {
  const user = userEvent.setup()
  serve({ 'GET /session': signedOut })
  draw(<SignInPage />, '/sign-in')
  await user.type(await screen.findByLabelText('用户名'), 'zhang')
  vi.stubGlobal('fetch', () => Promise.reject(new TypeError('Failed to fetch')))
  await user.type(screen.getByLabelText('密码'), 'x{Enter}')
  expect((await screen.findByRole('alert')).textContent).toContain('连不上服务器')
})

it('does not send a new password that was typed in two ways, and shows why one is refused', async () => {
  const user = userEvent.setup()
  const refusal = { code: 'password_too_short', detail: 'x', field: 'new_password', details: { min_length: 10 } }
  const sent = serve({ 'POST /session/password': [422, refusal] })
  draw(<PasswordPage />)
  await user.type(screen.getByLabelText('现在的密码'), 'old')
  await user.type(screen.getByLabelText('新密码'), 'short')
  await user.type(screen.getByLabelText('再输一次新密码'), 'shorter{Enter}')
  expect(sent).toEqual([])
  const again = screen.getByLabelText('再输一次新密码')
  expect(descriptionOf(again)).toBe('两次输入的新密码不一样')
  await user.type(again, '{Backspace}{Backspace}{Enter}')
  expect(await screen.findByText('密码太短，至少要 10 个字符。')).toBeTruthy()
  expect(descriptionOf(screen.getByLabelText('新密码'))).toBe('密码太短，至少要 10 个字符。')
  expect(descriptionOf(again)).toBeNull()
})
