import { screen, within } from '@testing-library/react'
import { expect, it } from 'vitest'

import { makeCard } from '../../../tests/support/calls'
import { draw } from '../../../tests/support/page'
import { CardView } from './CardView'

const open = (answer: string) => draw(<CardView content={makeCard({ answer })} isOpen />)
const itemsOf = (list: HTMLElement) =>
  within(list)
    .getAllByRole('listitem')
    .map((item) => item.textContent)

it('numbers the steps of an answer and leaves its bullets bullets', () => {
  open('1. 看总开关\n2. 看余额\n\n- 老小区\n- 新小区')
  const [steps, bullets] = screen.getAllByRole('list', { hidden: true })
  expect([steps!.tagName, itemsOf(steps!)]).toEqual(['OL', ['看总开关', '看余额']])
  expect(bullets!.tagName).toBe('UL')
})

it('opens the details of an answer that has bullets only', () => {
  open('- 老小区\n- 新小区')
  const [bullets, ...others] = screen.getAllByRole('list')
  expect([bullets!.tagName, itemsOf(bullets!)]).toEqual(['UL', ['老小区', '新小区']])
  expect(others).toEqual([])
  expect(bullets!.closest('details')!.open).toBe(true)
})

it('names the entries that say nearly the same, folded', () => {
  const folded = [{ document_id: '00000000-0000-4000-8000-00000000e002', title: '停电报修（北区）', region: 'north' }]
  draw(<CardView content={makeCard()} isOpen folded={folded} />)
  const details = screen.getByText('另有 1 条相近').closest('details')!
  expect(details.open).toBe(false)
  expect(within(details).getByText('停电报修（北区）').getAttribute('href')).toBe(
    '/knowledge/00000000-0000-4000-8000-00000000e002',
  )
})
