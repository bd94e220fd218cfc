const two = (value: number): string => String(value).padStart(2, '0')

/** Audio time as `m:ss`, `h:mm:ss` from one hour. */
export function clockTime(ms: number): string {
  const seconds = Math.max(0, Math.floor(ms / 1000))
  const [hours, minutes] = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60]
  const tail = `${two(minutes)}:${two(seconds % 60)}`
  return hours > 0 ? `${hours}:${tail}` : tail
}

/** `2026-03-01 14:05:09` in the machine's time zone. */
export function localTime(at: string): string {
  const date = new Date(at)
  const day = `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`
  return `${day} ${two(date.getHours())}:${two(date.getMinutes())}:${two(date.getSeconds())}`
}

/** Whole percent; what rounds to nothing is still not nothing. */
export function percent(probability: number): string {
  const rounded = Math.round(probability * 100)
  return rounded === 0 && probability > 0 ? '<1%' : `${rounded}%`
}
