const two = (value: number): string => String(value).padStart(2, '0')

/** Audio time as `m:ss`, `h:mm:ss` from one hour. */
export function clockTime(ms: number): string {
  const seconds = Math.max(0, Math.floor(ms / 1000))
  const [hours, minutes] = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60]
  const tail = `${two(minutes)}:${two(seconds % 60)}`
  return hours > 0 ? `${hours}:${tail}` : tail
}

const DAY_MS = 86_400_000

// Swedish writes dates as ISO 8601 does.
const formatterOf = (timeZone?: string) =>
  new Intl.DateTimeFormat('sv-SE', {
    year: 'numeric',
    month: '2-digit',
    day: '2-digit',
    hour: '2-digit',
    minute: '2-digit',
    second: '2-digit',
    ...(timeZone !== undefined && { timeZone }),
  })

let formatter = formatterOf()

/** Shows and reads every time in the zone of the installation, in which the server speaks and sends times too. */
export function showTimesIn(timeZone: string): void {
  if (formatter.resolvedOptions().timeZone !== timeZone) formatter = formatterOf(timeZone)
}

/** `2026-03-01 14:05:09` in the installation's time zone; in the machine's before somebody has signed in. */
export const localTime = (at: string): string => formatter.format(new Date(at))

/** `2026-03-01`, the present day in the installation's time zone. */
export const today = (): string => localTime(new Date().toISOString()).slice(0, 10)

/** The moment that a typed time such as `2026-03-01T14:05` means in the installation's time zone. */
export function momentOf(typed: string): string {
  const asUTC = Date.parse(`${typed}Z`)
  const offset = (at: number) => Date.parse(`${localTime(new Date(at).toISOString()).replace(' ', 'T')}Z`) - at
  return new Date(asUTC - offset(asUTC - offset(asUTC))).toISOString()
}

/** The moment at which a day such as `2026-03-01` begins, or the one `shift` days later. */
export function beginOfDay(day: string, shift = 0): string {
  const shifted = new Date(Date.parse(`${day}T00:00Z`) + shift * DAY_MS).toISOString().slice(0, 10)
  return momentOf(`${shifted}T00:00`)
}

/** Whole percent; what rounds to nothing is still not nothing. */
export function percent(probability: number): string {
  const rounded = Math.round(probability * 100)
  return rounded === 0 && probability > 0 ? '<1%' : `${rounded}%`
}
