import type { CaseDetail, CaseEdit, CaseOutcome, CaseProposal } from '@/api/types'

/** A case as the form holds it: facts as lines `name: value`, absent values as empty text. */
export interface CaseValues {
  title: string
  problem: string
  facts: string
  sector: string
  situation: string | undefined
  business_type: string | undefined
  solution: string
  outcome: CaseOutcome
  occurred_on: string
  area: string
  equipment: string
  entry_ids: string[]
}

export type CaseFieldName = keyof CaseValues

export const CASE_FIELDS: readonly CaseFieldName[] = [
  'title',
  'problem',
  'facts',
  'sector',
  'situation',
  'business_type',
  'solution',
  'outcome',
  'occurred_on',
  'area',
  'equipment',
  'entry_ids',
]
export const OUTCOMES: readonly CaseOutcome[] = ['resolved', 'escalated', 'unresolved']

const SEPARATOR = /[:\uff1a]/

export function caseValues(source: CaseDetail | CaseProposal): CaseValues {
  return {
    title: source.title,
    problem: source.problem,
    facts: Object.entries(source.facts)
      .map(([name, value]) => `${name}\uff1a${value}`)
      .join('\n'),
    sector: source.sector ?? '',
    situation: source.situation ?? undefined,
    business_type: source.business_type ?? undefined,
    solution: source.solution,
    outcome: source.outcome,
    occurred_on: source.occurred_on,
    area: source.area,
    equipment: source.equipment,
    entry_ids: source.entry_ids,
  }
}

export function factsOf(text: string): Record<string, string> {
  const lines = text.split('\n').filter((line) => line.trim() !== '')
  return Object.fromEntries(
    lines.map((line) => {
      const at = line.search(SEPARATOR)
      return at === -1 ? [line.trim(), ''] : [line.slice(0, at).trim(), line.slice(at + 1).trim()]
    }),
  )
}

export function caseEdit(values: CaseValues, baseVersion: number | null): CaseEdit {
  return {
    ...values,
    facts: factsOf(values.facts),
    sector: values.sector === '' ? null : values.sector,
    situation: values.situation ?? '',
    business_type: values.business_type ?? '',
    base_version: baseVersion,
  }
}

/** The field of the form that shows the server's message about it. */
export function caseFieldOf(serverField: string): CaseFieldName | null {
  const name = serverField.split('.')[0] ?? ''
  return CASE_FIELDS.find((known) => known === name) ?? null
}
