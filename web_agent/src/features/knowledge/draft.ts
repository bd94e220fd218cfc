import type { Audience, EntryDraft, RevisionDetail, Source } from '@/api/types'

/** An entry as the form holds it: lists as lines, absent values as empty text. */
export interface FormValues {
  title: string
  script: string
  answer: string
  /** One a line. */
  variants: string
  sector: string
  situation: string | undefined
  idea: string
  means: string
  business_type: string | undefined
  region: string
  audiences: Audience[]
  valid_from: string
  valid_until: string
  reviewed_on: string
  owner: string
  sources: Source[]
  change_note: string
}

export const EVERY_SECTOR = ''

export const EMPTY: FormValues = {
  title: '',
  script: '',
  answer: '',
  variants: '',
  sector: EVERY_SECTOR,
  situation: undefined,
  idea: '',
  means: '',
  business_type: undefined,
  region: '',
  audiences: ['agent'],
  valid_from: '',
  valid_until: '',
  reviewed_on: '',
  owner: '',
  sources: [],
  change_note: '',
}

export function valuesOf(revision: RevisionDetail): FormValues {
  return {
    title: revision.title,
    script: revision.script,
    answer: revision.answer,
    variants: revision.variants.join('\n'),
    sector: revision.sector ?? EVERY_SECTOR,
    situation: revision.situation,
    idea: revision.idea,
    means: revision.means,
    business_type: revision.business_type,
    region: revision.region ?? '',
    audiences: revision.audiences,
    valid_from: revision.valid_from ?? '',
    valid_until: revision.valid_until ?? '',
    reviewed_on: revision.reviewed_on ?? '',
    owner: revision.owner,
    sources: revision.sources,
    change_note: '',
  }
}

const orNull = (text: string): string | null => (text.trim() === '' ? null : text.trim())

export const linesOf = (text: string): string[] =>
  text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '')

export function draftOf(values: FormValues): EntryDraft {
  return {
    ...values,
    variants: linesOf(values.variants),
    sector: orNull(values.sector),
    situation: values.situation ?? '',
    business_type: values.business_type ?? '',
    region: orNull(values.region),
    valid_from: orNull(values.valid_from),
    valid_until: orNull(values.valid_until),
    reviewed_on: orNull(values.reviewed_on),
    sources: values.sources.filter((source) => source.title.trim() !== ''),
  }
}

export type FieldName = keyof FormValues

const isSame = (left: FormValues[FieldName], right: FormValues[FieldName]): boolean =>
  JSON.stringify(left) === JSON.stringify(right)

/** The fields in which two texts differ; the note on a change belongs to one revision alone. */
export function changedFields(left: RevisionDetail, right: RevisionDetail): FieldName[] {
  const [before, after] = [valuesOf(left), valuesOf(right)]
  return (Object.keys(EMPTY) as FieldName[]).filter(
    (name) => name !== 'change_note' && !isSame(before[name], after[name]),
  )
}

/** A field that somebody else changed meanwhile. */
export interface FieldConflict {
  name: FieldName
  /** Whether the form still holds what was there before: then the other text is taken unless the person says no. */
  isOnlyTheirs: boolean
}

/** The fields that they changed and that the form does not hold in the same words. */
export function conflictsOf(base: RevisionDetail, theirs: RevisionDetail, mine: FormValues): FieldConflict[] {
  const [before, after] = [valuesOf(base), valuesOf(theirs)]
  return changedFields(base, theirs)
    .filter((name) => !isSame(mine[name], after[name]))
    .map((name) => ({ name, isOnlyTheirs: isSame(mine[name], before[name]) }))
}

/** The field of the form that shows the server's message about `variants.2` or `sources.0.title`. */
export function fieldOf(serverField: string): FieldName | null {
  const name = serverField.split('.')[0] ?? ''
  return (Object.keys(EMPTY) as FieldName[]).find((known) => known === name) ?? null
}

/** Line number of a list field, from 1; null for a field that is no list. */
export function lineOf(serverField: string): number | null {
  const index = Number(serverField.split('.')[1])
  return Number.isInteger(index) ? index + 1 : null
}
