import { readdirSync, readFileSync } from 'node:fs'

import i18next from 'i18next'
import ts from 'typescript'
import { expect, it } from 'vitest'

import { startI18n } from '.'
import { en } from './en'
import { zhCN } from './zh-CN'

interface Texts {
  [key: string]: string | Texts
}

const flatten = (texts: Texts, path = ''): [string, string][] =>
  Object.entries(texts).flatMap(([key, value]) =>
    typeof value === 'string' ? [[`${path}${key}`, value] as [string, string]] : flatten(value, `${path}${key}.`),
  )
const holes = (text: string) =>
  [...text.matchAll(/\{\{(\w+)(?:, noun\(one: [^;]+; other: [^)]+\))?\}\}/g)].map((match) => match[1]).sort()
const sources = readdirSync('src', { recursive: true, encoding: 'utf8' }).filter(
  (path) => /\.tsx?$/.test(path) && !/\.test\.|generated|\.d\.ts$/.test(path),
)

it('has every text in both languages, with the same holes', () => {
  const [zh, english] = [new Map(flatten(zhCN)), new Map(flatten(en))]
  expect([...english.keys()]).toEqual([...zh.keys()])
  for (const [key, text] of zh) {
    expect(text.trim(), key).not.toBe('')
    expect(holes(english.get(key) ?? ''), key).toEqual(holes(text))
  }
})

it.each(['zh-CN', 'en'])('keeps every namespace of %s in one file', (locale) => {
  const files = readdirSync(`src/i18n/${locale}`).filter((name) => name.endsWith('.json'))
  const namespaces = files.flatMap((name) =>
    Object.keys(JSON.parse(readFileSync(`src/i18n/${locale}/${name}`, 'utf8')) as object),
  )
  expect([...namespaces].sort()).toEqual([...new Set(namespaces)].sort())
  expect([...namespaces].sort()).toEqual(Object.keys(locale === 'en' ? en : zhCN).sort())
})

it('has no text that the page never shows', () => {
  const code = sources.map((path) => readFileSync(`src/${path}`, 'utf8')).join('\n')
  const whole = new Set([...code.matchAll(/['"]([a-z_]+(?:\.[\w-]+)+)['"]/g)].map((match) => match[1]))
  // Keys that are put together: `card.verdict_${verdict}`.
  const beginnings = [...code.matchAll(/`([a-z_]+\.[\w.-]*)\$\{/g)].map((match) => match[1] ?? '')
  const unused = flatten(zhCN).filter(
    ([key]) => !whole.has(key) && !beginnings.some((beginning) => key.startsWith(beginning)),
  )
  expect(unused.map(([key]) => key)).toEqual([])
})

it('says one thing in the singular', async () => {
  await startI18n()
  const filed = (entries: number, cases: number) => i18next.t('taxonomy.usage', { lng: 'en', entries, cases })
  expect(filed(1, 0)).toBe('1 entry · 0 cases')
  expect(filed(3, 1)).toBe('3 entries · 1 case')
})

it('writes Chinese texts with Chinese punctuation', () => {
  expect(flatten(zhCN).filter(([, text]) => /[\u4e00-\u9fff\uff09}][,:;?!]/.test(text))).toEqual([])
})

it.each(sources.filter((path) => path.endsWith('.tsx')))('%s has no text of its own', (path) => {
  const file = ts.createSourceFile(path, readFileSync(`src/${path}`, 'utf8'), ts.ScriptTarget.Latest, true)
  expect(literals(file)).toEqual([])
})

it.each(sources)('%s speaks no Chinese outside the texts', (path) => {
  expect(readFileSync(`src/${path}`, 'utf8').match(/[\u4e00-\u9fff]+/g)).toBeNull()
})

const SPOKEN = new Set(['title', 'placeholder', 'alt', 'aria-label', 'aria-valuetext', 'label', 'legend', 'hint'])

/** Words in JSX that a person would read or hear. */
function literals(node: ts.Node): string[] {
  const own =
    ts.isJsxText(node) && /\p{L}/u.test(node.text)
      ? [node.text.trim()]
      : ts.isJsxAttribute(node) &&
          SPOKEN.has(node.name.getText()) &&
          node.initializer !== undefined &&
          ts.isStringLiteral(node.initializer) &&
          /\p{L}/u.test(node.initializer.text)
        ? [node.initializer.text]
        : []
  const below: string[] = []
  ts.forEachChild(node, (child) => {
    below.push(...literals(child))
  })
  return [...own, ...below]
}
