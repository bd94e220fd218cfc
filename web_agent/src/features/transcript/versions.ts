import type { SecondPassLine, Utterance } from '@/api/types'

export type Version = 'as_seen' | 'second_pass'

/** A line of the second pass as the transcript shows it: its differences are the changes. */
export function asUtterance({ differences, ...line }: SecondPassLine): Utterance {
  return { ...line, is_final: true, partial_index: -1, changes: differences }
}
