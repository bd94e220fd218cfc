import { expect, it } from 'vitest'

import type { CategoryTree } from '@/api/types'

import { categoryName } from './categoryName'

const node = (code: string, zh: string, en: string) => ({ code, name_zh: zh, name_en: en, entry_count: 0 })
const situations = [node('gas.safety.leak', 'xie lou', 'Leak')]
const groups = [{ ...node('gas.safety', 'an quan', 'Safety'), situations }]
const tree = {
  sectors: [{ ...node('gas', 'ran qi', 'Gas'), groups }],
  business_types: [node('fault', 'gu zhang', 'Fault')],
} as unknown as CategoryTree

it('names a category in the language of the page', () => {
  expect(categoryName(tree, 'fault/gas.safety.leak', 'en')).toBe('Fault · Gas · Leak')
  expect(categoryName(tree, 'fault/gas.safety.leak', 'zh-CN')).toBe('gu zhang · ran qi · xie lou')
})

it.each(['fault/gas.gone', 'nothing', ''])('shows the code of what the taxonomy does not have: %s', (categoryId) => {
  expect(categoryName(tree, categoryId, 'en')).toBe(categoryId)
  expect(categoryName(undefined, 'fault/gas.safety.leak', 'en')).toBe('fault/gas.safety.leak')
})
