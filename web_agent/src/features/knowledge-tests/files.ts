/** Text of a file from a spreadsheet: UTF-8 where it is, else what Chinese Windows writes. */
export function decoded(content: ArrayBuffer): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(content)
  } catch {
    return new TextDecoder('gb18030').decode(content)
  }
}

/** Line and column of a refused field such as `lines.3.question`; null for the file as a whole. */
export function lineOfField(field: string): { line: number; field: string } | null {
  const [, line, name] = /^lines\.(\d+)(?:\.(\w+))?$/.exec(field) ?? []
  return line === undefined ? null : { line: Number(line), field: name ?? '' }
}
