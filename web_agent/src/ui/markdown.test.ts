import { expect, it } from 'vitest'

import { parseInline, parseMarkdown, splitSteps } from './markdown'

it('reads headings, paragraphs, lists and tables', () => {
  const blocks = parseMarkdown(
    '## 标题\n第一行\n第二行\n\n- 甲\n- 乙\n\n1. 一\n2、二\n\n| 档 | 价 |\n|---|---|\n| 一 | 0.5 |\n',
  )
  expect(blocks).toEqual([
    { kind: 'heading', text: '标题' },
    { kind: 'paragraph', text: '第一行第二行' },
    { kind: 'list', isOrdered: false, items: ['甲', '乙'] },
    { kind: 'list', isOrdered: true, items: ['一', '二'] },
    { kind: 'table', head: ['档', '价'], rows: [['一', '0.5']] },
  ])
})

it('takes the first numbered list for the steps, and never bullets', () => {
  expect(splitSteps(parseMarkdown('- 甲\n\n1. 一')).steps).toEqual(['一'])
  expect(splitSteps(parseMarkdown('1. 一\n\n2、甲\n\n前言\n\n1. 另一')).steps).toEqual(['一', '甲'])
  expect(splitSteps(parseMarkdown('- 甲'))).toEqual({
    steps: [],
    rest: [{ kind: 'list', isOrdered: false, items: ['甲'] }],
  })
  expect(splitSteps(parseMarkdown('只有文字'))).toEqual({ steps: [], rest: [{ kind: 'paragraph', text: '只有文字' }] })
})

it('keeps markup as text and links as their words', () => {
  expect(parseInline('**先关阀** <b>再</b> [规则](http://x)')).toEqual([
    { text: '先关阀', isStrong: true },
    { text: ' <b>再</b> 规则', isStrong: false },
  ])
})
