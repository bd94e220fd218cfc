import type { HintBook } from '@/api/types'

export const SECTIONS = ['steps', 'tracks', 'forbidden', 'prompts', 'anger', 'situations'] as const
export type SectionName = (typeof SECTIONS)[number]

/** Phrases as a curator types them: one a line. */
export const linesOf = (text: string): string[] => text.split('\n')

const kept = (phrases: readonly string[]): string[] => phrases.map((phrase) => phrase.trim()).filter(Boolean)

interface Heard {
  heard: readonly string[]
  unless: readonly string[]
}

const tidied = <Item extends Heard>(item: Item): Item => ({
  ...item,
  heard: kept(item.heard),
  unless: kept(item.unless),
})

/** The book without the empty lines that typing leaves. */
export function withoutEmptyLines(book: HintBook): HintBook {
  return {
    ...book,
    steps: book.steps.map(tidied),
    prompts: book.prompts.map(tidied),
    forbidden: book.forbidden.map(tidied),
    anger: book.anger.map(tidied),
    situations: book.situations.map((situation) => ({
      ...tidied(situation),
      questions: situation.questions.map((question) => ({
        ...question,
        asked: kept(question.asked),
        answers: question.answers.map(tidied),
      })),
    })),
  }
}

/** The first free name `prefix_1`, `prefix_2`, … */
export function freeId(prefix: string, items: readonly { id: string }[]): string {
  let number = items.length + 1
  while (items.some((item) => item.id === `${prefix}_${number}`)) number += 1
  return `${prefix}_${number}`
}

/** How sentences of each side begin in the test box, such as `A: hello`; Latin letters count in every language. */
export interface Marks {
  agent: readonly string[]
  customer: readonly string[]
}

/** What was typed into the test box as sentences, one a line; lines without a mark are left out. */
export function typedLines(text: string, marks: Marks): { role: 'agent' | 'customer'; text: string }[] {
  return text
    .split('\n')
    .map((line) => /^\s*(\S{1,8}?)\s*[:\uff1a]\s*(.+)$/.exec(line))
    .flatMap((found) => {
      const [, who, said] = found ?? []
      if (who === undefined || said === undefined) return []
      const role = (['agent', 'customer'] as const).find((side) => marks[side].includes(who.toUpperCase()))
      return role === undefined ? [] : [{ role, text: said.trim() }]
    })
}
