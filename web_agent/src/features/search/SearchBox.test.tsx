import { fireEvent, screen } from '@testing-library/react'
import userEvent from '@testing-library/user-event'
import { expect, it, vi } from 'vitest'

import { draw, serve } from '../../../tests/support/page'
import { SearchBox } from './SearchBox'
import { useSearch } from './useSearch'

const onEnter = vi.fn()

function Box() {
  const search = useSearch(null)
  return <SearchBox search={search} placeholder="" onEnterResults={onEnter} />
}

const nothing = { cards: [], cases: [], state: 'complete', has_answer: false, took_ms: 1 }

it('is reached by Ctrl+K and searches once after a pause', async () => {
  const user = userEvent.setup()
  const sent = serve({ 'POST /search': [200, nothing] })
  draw(<Box />)
  await user.keyboard('{Control>}k{/Control}tdgz')
  await vi.waitFor(() => {
    expect(sent).toHaveLength(1)
  })
  expect(sent[0]!.body).toMatchObject({ text: 'tdgz' })
})

it('neither searches nor acts on keys while an input method composes', async () => {
  const sent = serve({ 'POST /search': [200, nothing] })
  draw(<Box />)
  const input = screen.getByRole('searchbox')
  fireEvent.compositionStart(input)
  fireEvent.change(input, { target: { value: 'ting' } })
  fireEvent.keyDown(input, { key: 'Enter', isComposing: true })
  fireEvent.keyDown(input, { key: 'ArrowDown', keyCode: 229 })
  fireEvent.keyDown(input, { key: 'Escape', isComposing: true })
  await new Promise((resolve) => setTimeout(resolve, 300))
  expect(sent).toEqual([])
  expect(onEnter).not.toHaveBeenCalled()
  expect((input as HTMLInputElement).value).toBe('ting')

  fireEvent.change(input, { target: { value: '停电' } })
  fireEvent.compositionEnd(input)
  await vi.waitFor(() => {
    expect(sent.map((request) => request.body)).toEqual([expect.objectContaining({ text: '停电' })])
  })
  fireEvent.keyDown(input, { key: 'Enter' })
  expect(onEnter).toHaveBeenCalledOnce()
})
