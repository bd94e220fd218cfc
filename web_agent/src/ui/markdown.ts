/** The part of Markdown that entries use: headings, paragraphs, lists, tables, `**strong**`, links as text. */
export type Block =
  | { kind: 'heading'; text: string }
  | { kind: 'paragraph'; text: string }
  | { kind: 'list'; isOrdered: boolean; items: string[] }
  | { kind: 'table'; head: string[]; rows: string[][] }

const HEADING = /^#{1,6}\s+(.*)$/
const BULLET = /^\s*[-*+]\s+(.*)$/
const NUMBER = /^\s*\d+[.)、．]\s*(.*)$/
const TABLE_RULE = /^\s*\|?\s*:?-{3,}/

const cells = (line: string): string[] =>
  line
    .trim()
    .replace(/^\||\|$/g, '')
    .split('|')
    .map((cell) => cell.trim())

export function parseMarkdown(source: string): Block[] {
  const blocks: Block[] = []
  const lines = source.replaceAll('\r\n', '\n').split('\n')
  for (let at = 0; at < lines.length; at += 1) {
    const line = lines[at] ?? ''
    if (line.includes('|') && TABLE_RULE.test(lines[at + 1] ?? '')) {
      const table = readTable(lines, at)
      blocks.push(table.block)
      at = table.last
    } else {
      addLine(blocks, line, (lines[at - 1] ?? '').trim() === '')
    }
  }
  return blocks
}

function readTable(lines: readonly string[], first: number): { block: Block; last: number } {
  const rows: string[][] = []
  let last = first + 1
  while ((lines[last + 1] ?? '').includes('|')) {
    last += 1
    rows.push(cells(lines[last] ?? ''))
  }
  return { block: { kind: 'table', head: cells(lines[first] ?? ''), rows }, last }
}

function addLine(blocks: Block[], line: string, isAfterBlank: boolean): void {
  if (line.trim() === '') return
  const heading = HEADING.exec(line)?.[1]
  if (heading !== undefined) {
    blocks.push({ kind: 'heading', text: heading })
    return
  }
  const [bullet, number] = [BULLET.exec(line)?.[1], NUMBER.exec(line)?.[1]]
  const item = number ?? bullet
  if (item !== undefined) addItem(blocks, item, number !== undefined)
  else addText(blocks, line.trim(), isAfterBlank)
}

function addItem(blocks: Block[], text: string, isOrdered: boolean): void {
  const last = blocks.at(-1)
  if (last?.kind === 'list' && last.isOrdered === isOrdered) last.items.push(text)
  else blocks.push({ kind: 'list', isOrdered, items: [text] })
}

/** A line after a line continues it; after a blank line it is a paragraph of its own. */
function addText(blocks: Block[], text: string, isAfterBlank: boolean): void {
  const last = blocks.at(-1)
  if (!isAfterBlank && last?.kind === 'paragraph') last.text += text
  else if (!isAfterBlank && last?.kind === 'list') last.items.push(`${last.items.pop() ?? ''}${text}`)
  else blocks.push({ kind: 'paragraph', text })
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

export function parseInline(source: string): Inline[] {
  const plain = source.replace(/\[([^\]]+)\]\([^)]*\)/g, '$1').replace(/`([^`]+)`/g, '$1')
  return plain
    .split(/(\*\*[^*]+\*\*)/)
    .filter((part) => part !== '')
    .map((part) =>
      part.startsWith('**') && part.endsWith('**') && part.length > 4
        ? { text: part.slice(2, -2), isStrong: true }
        : { text: part, isStrong: false },
    )
}
