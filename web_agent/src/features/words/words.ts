const SEPARATOR = /[|\u3001\uff0c,;\uff1b/\n]/

/** Words as typed or pasted: one a line, or with the separators that files have too. */
export const splitWords = (text: string): string[] =>
  text
    .split(SEPARATOR)
    .map((word) => word.trim())
    .filter((word) => word !== '')

/** The line and the field of a refused file, from `12.words.3`. */
export function placeOf(field: string): { line: number; field: string } {
  const [line, name] = field.split('.')
  return { line: Number(line), field: name ?? '' }
}
