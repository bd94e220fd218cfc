import MarkdownIt from 'markdown-it'
import type { Token } from 'markdown-it'

/** The part of Markdown that entries use: headings, paragraphs, lists, tables, `**strong**`, links as text. */
export type Block =
  | { kind: 'heading'; text: string }
  | { kind: 'paragraph'; text: string }
  | { kind: 'list'; isOrdered: boolean; items: string[] }
  | { kind: 'table'; head: string[]; rows: string[][] }

/**
 * Reads Markdown as the server does (`markdown-it-py`): no HTML, no pictures, no links made of bare addresses; a link
 * is shown as its words.
 */
const reader = new MarkdownIt('commonmark', { html: false, linkify: false }).enable('table').disable(['image', 'code'])

/** Chinese texts number their steps "1、" or "1．", with no space after; Markdown asks for "1. ". */
const CHINESE_NUMBER = /^(\s*\d{1,9})[.)、．](?!\d)\s*/gm

export function parseMarkdown(source: string): Block[] {
  const text = source.replaceAll('\r\n', '\n').replace(CHINESE_NUMBER, '$1. ')
  return blocksOf(reader.parse(text, {}))
}

/** Lines of a paragraph belong together; Chinese puts no space between them. */
const joined = (content: string): string => content.split('\n').join('')

function blocksOf(tokens: readonly Token[]): Block[] {
  const blocks: Block[] = []
  for (let at = 0; at < tokens.length; at += 1) {
    const token = tokens[at]
    if (token === undefined) continue
    const end = endOf(tokens, at)
    const inside = tokens.slice(at + 1, end)
    if (token.type === 'heading_open') blocks.push({ kind: 'heading', text: textOf(inside) })
    else if (token.type === 'paragraph_open') blocks.push({ kind: 'paragraph', text: textOf(inside) })
    else if (token.type === 'table_open') blocks.push(tableOf(inside))
    else if (token.type === 'blockquote_open') blocks.push(...blocksOf(inside))
    else if (token.type === 'fence') blocks.push({ kind: 'paragraph', text: token.content.trim() })
    else if (token.type.endsWith('_list_open')) addList(blocks, token.type === 'ordered_list_open', inside)
    at = end
  }
  return blocks
}

/** Where the block that opens at a place closes; the place itself when it does not open anything. */
function endOf(tokens: readonly Token[], at: number): number {
  if (tokens[at]?.nesting !== 1) return at
  const { level } = tokens[at]
  const end = tokens.findIndex((token, index) => index > at && token.level === level && token.nesting === -1)
  return end === -1 ? tokens.length - 1 : end
}

function textOf(tokens: readonly Token[]): string {
  return tokens
    .filter((token) => token.type === 'inline')
    .map((token) => joined(token.content))
    .join('')
}

/** Lists of the same kind that follow each other are one: "1." after "2、" goes on. */
function addList(blocks: Block[], isOrdered: boolean, inside: readonly Token[]): void {
  const items: string[] = []
  for (let at = 0; at < inside.length; at += 1) {
    const end = endOf(inside, at)
    items.push(textOf(inside.slice(at, end + 1)))
    at = end
  }
  const last = blocks.at(-1)
  if (last?.kind === 'list' && last.isOrdered === isOrdered) last.items.push(...items)
  else blocks.push({ kind: 'list', isOrdered, items })
}

function tableOf(inside: readonly Token[]): Block {
  const rows: string[][] = []
  for (const [at, token] of inside.entries()) {
    if (token.type === 'tr_open') rows.push([])
    if (token.type === 'inline' && inside[at - 1]?.type.endsWith('_open') === true) rows.at(-1)?.push(token.content)
  }
  const [head = [], ...others] = rows
  return { kind: 'table', head, rows: others }
}

/** Steps to do come first on a card: the first numbered list of the answer. Bullets have no order to be done in. */
export function splitSteps(blocks: readonly Block[]): { steps: string[]; rest: Block[] } {
  const steps = blocks.filter((block) => block.kind === 'list').find((list) => list.isOrdered)
  if (steps === undefined) return { steps: [], rest: [...blocks] }
  return { steps: steps.items, rest: blocks.filter((block) => block !== steps) }
}

const EXCERPT_CHARACTERS = 120

/** The beginning of a text as one line, for a closed card that has nothing to say aloud. */
export function excerptOf(source: string): string {
  const lines = parseMarkdown(source).flatMap((block) => {
    if (block.kind === 'list') return block.items
    if (block.kind === 'table') return [block.head, ...block.rows].map((row) => row.join(' '))
    return [block.text]
  })
  const text = Array.from(parseInline(lines.join(' ')).reduce((all, part) => all + part.text, ''))
  return text.length <= EXCERPT_CHARACTERS ? text.join('') : `${text.slice(0, EXCERPT_CHARACTERS).join('')}…`
}

export interface Inline {
  text: string
  isStrong: boolean
}

/** The runs of a line of text: what is strong, and everything else as plain words. */
export function parseInline(source: string): Inline[] {
  const runs: Inline[] = []
  let strong = 0
  for (const token of reader.parseInline(source, {})[0]?.children ?? []) {
    if (token.type === 'strong_open') strong += 1
    if (token.type === 'strong_close') strong -= 1
    const text = token.type === 'softbreak' || token.type === 'hardbreak' ? ' ' : token.content
    if (text === '') continue
    const last = runs.at(-1)
    if (last?.isStrong === strong > 0) last.text += text
    else runs.push({ text, isStrong: strong > 0 })
  }
  return runs
}
