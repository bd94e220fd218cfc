import { screen } from '@testing-library/react'
import userEvent from '@testing-library/user-event'
import { expect, it, vi } from 'vitest'

import type { CategoryRanking, RankedCategory } from '@/api/types'
import { writePreference } from '@/ui/preferences'

import { TREE } from '../../../tests/support/knowledge'
import { draw, serve } from '../../../tests/support/page'
import { CategoryPanel } from './CategoryPanel'

const single: RankedCategory = {
  category_id: 'fault/power.outage.single',
  business_type: 'fault',
  situation: 'power.outage.single',
  path: ['故障报修', '供电', '停电', '一户停电'],
  probability: 0.86,
}
const leak = {
  ...single,
  category_id: 'fault/gas.safety.leak',
  situation: 'gas.safety.leak',
  path: ['故障报修', '燃气', '用气安全', '燃气泄漏'],
  probability: 0.004,
}
const ranking = (change: Partial<CategoryRanking> = {}): CategoryRanking => ({
  categories: [single, leak],
  has_abstained: false,
  trigger_segment_id: 's',
  ...change,
})

function Panel(props: Partial<Parameters<typeof CategoryPanel>[0]>) {
  const rest = {
    callId: 'c',
    sector: 'power',
    ranking: null,
    chosen: null,
    isOver: false,
    canChoose: true,
    onChosen: () => undefined,
  }
  return <CategoryPanel {...rest} {...props} />
}

it('names the category with its probability and the alternatives', () => {
  draw(<Panel ranking={ranking()} />)
  expect(screen.getByText('一户停电')).toBeTruthy()
  expect(screen.getByText('86%')).toBeTruthy()
  expect(screen.getByText('故障报修 › 燃气泄漏')).toBeTruthy()
  expect(screen.getByText('<1%')).toBeTruthy()
  expect(screen.queryByText(/危险/)).toBeNull()
})

it('says that it is not sure instead of naming one', () => {
  draw(<Panel ranking={ranking({ has_abstained: true })} />)
  expect(screen.getByText('尚不确定')).toBeTruthy()
  expect(screen.getByText('故障报修 › 一户停电')).toBeTruthy()
})

it('marks a situation in which lives are at risk in words, not by colour alone', () => {
  draw(<Panel ranking={ranking({ categories: [leak] })} />)
  expect(screen.getByText(/危险/)).toBeTruthy()
})

it('takes English names from the taxonomy', async () => {
  serve({ 'GET /knowledge/categories': [200, TREE] })
  writePreference('locale', 'en')
  draw(<Panel ranking={ranking({ categories: [single] })} />)
  expect(await screen.findByText('One household')).toBeTruthy()
  writePreference('locale', 'zh-CN')
})

const AREA = {
  code: 'power.outage.area',
  name_zh: '大面积停电',
  name_en: 'Area outage',
  sector: 'power',
  path: ['供电', '停电', '大面积停电'],
}

it('lets the agent choose by keys alone: open, type, arrow, Enter', async () => {
  const chosen = { ...single, category_id: 'fault/power.outage.area', chosen_by: '张班', ranked: null }
  const sent = serve({
    'GET /knowledge/categories': [200, TREE],
    'GET /knowledge/situations': [200, { items: [AREA] }],
    'PUT /calls/c/category': [200, chosen],
  })
  const onChosen = vi.fn()
  const user = userEvent.setup()
  draw(<Panel ranking={ranking()} onChosen={onChosen} />)
  await screen.findByRole('button', { name: /选类别/ })
  await user.keyboard('g')
  const box = await screen.findByRole('combobox', { name: '查找情形' })
  await user.type(box, 'tingdian')
  expect(await screen.findByRole('option', { name: /大面积停电/ })).toBeTruthy()
  await user.keyboard('{Enter}')
  await screen.findByRole('button', { name: /选类别/, expanded: false })
  expect(sent.find((request) => request.method === 'PUT')?.body).toEqual({ category_id: 'fault/power.outage.area' })
  expect(onChosen).toHaveBeenCalledWith(chosen)
})

it('shows the choice of a person above what is ranked', () => {
  const chosen = { ...single, situation: 'power.outage.area', path: AREA.path, chosen_by: '张班', ranked: null }
  draw(<Panel ranking={ranking()} chosen={{ ...chosen, category_id: 'fault/power.outage.area' }} />)
  expect(screen.getByText('张班 选定')).toBeTruthy()
  expect(screen.getByText('大面积停电')).toBeTruthy()
  expect(screen.getByText('系统排序')).toBeTruthy()
})
