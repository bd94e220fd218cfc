import { screen } from '@testing-library/react'
import userEvent from '@testing-library/user-event'
import { expect, it, vi } from 'vitest'

import { draw } from '../../tests/support/page'
import { ConfirmButton } from './ConfirmButton'

function drawn() {
  const confirm = vi.fn()
  draw(
    <ConfirmButton question="Really?" confirmLabel="Yes, delete" onConfirm={confirm}>
      {'Delete'}
    </ConfirmButton>,
  )
  return confirm
}

it('asks first, with the safe answer in focus', async () => {
  const user = userEvent.setup()
  const confirm = drawn()
  await user.click(screen.getByRole('button', { name: 'Delete' }))
  expect(screen.getByRole('alertdialog', { name: 'Really?' })).toBeTruthy()
  expect(document.activeElement?.textContent).toBe('保留')
  await user.keyboard('{Enter}')
  expect(confirm).not.toHaveBeenCalled()
  expect(screen.queryByRole('alertdialog')).toBeNull()
  expect(document.activeElement?.textContent).toBe('Delete')
})

it('does nothing on a double click, and does it when told so', async () => {
  const user = userEvent.setup()
  const confirm = drawn()
  await user.dblClick(screen.getByRole('button', { name: 'Delete' }))
  expect(screen.getByRole('alertdialog')).toBeTruthy()
  expect(confirm).not.toHaveBeenCalled()
  await user.click(screen.getByRole('button', { name: 'Yes, delete' }))
  expect(confirm).toHaveBeenCalledOnce()
})

it('closes on Escape', async () => {
  const user = userEvent.setup()
  drawn()
  await user.click(screen.getByRole('button', { name: 'Delete' }))
  await user.keyboard('{Escape}')
  expect(screen.queryByRole('alertdialog')).toBeNull()
})
