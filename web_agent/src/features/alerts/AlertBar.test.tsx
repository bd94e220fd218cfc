import { screen } from '@testing-library/react'
import userEvent from '@testing-library/user-event'
import { expect, it, vi } from 'vitest'

import type { CallAlert } from '@/api/types'

import { draw, serve } from '../../../tests/support/page'
import { AlertBar } from './AlertBar'

const alert: CallAlert = {
  alert_id: 'a',
  kind: 'gas_leak',
  name: { zh: '燃气泄漏', en: 'Gas leak' },
  script: { zh: '请马上开窗', en: 'Open the windows at once' },
  segment_id: 's',
  span: { start: 0, end: 3 },
  words: '煤气味',
  confirmed_by: null,
}

it('shows what to say until a key confirms that it was said', async () => {
  const confirmed = { ...alert, confirmed_by: '张班' }
  const sent = serve({ 'POST /calls/c/alerts/a/confirm': [200, confirmed] })
  const onConfirmed = vi.fn()
  draw(<AlertBar callId="c" alerts={[alert]} canConfirm onConfirmed={onConfirmed} />)
  expect(screen.getByRole('alert').textContent).toContain('请马上开窗')
  await userEvent.keyboard('{Alt>}j{/Alt}')
  await vi.waitFor(() => {
    expect(onConfirmed).toHaveBeenCalled()
  })
  expect(onConfirmed.mock.calls[0]![0]).toEqual(confirmed)
  expect(sent).toHaveLength(1)
})

it('shows nothing of what was confirmed', () => {
  draw(<AlertBar callId="c" alerts={[{ ...alert, confirmed_by: '张班' }]} canConfirm onConfirmed={vi.fn()} />)
  expect(screen.queryByRole('alert')).toBeNull()
})
