/** One field the server refused, from an RFC 9457 body. */
export interface FieldError {
  field: string
  code: string
  message: string
  /** Numbers and names that the text of the code shows. */
  details?: Readonly<Record<string, unknown>>
}

/** What the server (or the network) said instead of an answer; `code` is stable and translated by the page. */
export class Problem extends Error {
  constructor(
    readonly status: number,
    readonly code: string,
    readonly detail: string,
    readonly field: string | null = null,
    readonly errors: readonly FieldError[] = [],
    readonly details: Readonly<Record<string, unknown>> = {},
  ) {
    super(detail || code)
    this.name = 'Problem'
  }

  /** All refused fields, whether the server named one or many. */
  get fields(): readonly FieldError[] {
    if (this.errors.length > 0) return this.errors
    return this.field === null
      ? []
      : [{ field: this.field, code: this.code, message: this.detail, details: this.details }]
  }

  detailNumber(name: string): number | null {
    const value = this.details[name]
    return typeof value === 'number' ? value : null
  }
}

/** The request never got an answer. */
export const UNREACHABLE = 'server_unreachable'

type Json = Readonly<Record<string, unknown>>

const isObject = (value: unknown): value is Json => typeof value === 'object' && value !== null

const text = (value: unknown): string => (typeof value === 'string' ? value : '')

function fieldErrors(value: unknown): FieldError[] {
  if (!Array.isArray(value)) return []
  return value.filter(isObject).map((item) => ({
    field: text(item.field),
    code: text(item.code),
    message: text(item.message),
    ...(isObject(item.details) && { details: item.details }),
  }))
}

/** Reads a problem+json body; anything else (a proxy's page, nothing) still becomes a usable problem. */
export function problemFrom(status: number, body: unknown): Problem {
  if (!isObject(body)) return new Problem(status, status >= 500 ? 'server_failed' : `http_${status}`, '')
  const details = isObject(body.details) ? body.details : {}
  const errors = fieldErrors(body.errors)
  return new Problem(
    status,
    text(body.code) || `http_${status}`,
    text(body.detail) || text(body.title),
    text(body.field) || null,
    errors.length > 0 ? errors : fieldErrors(details.errors),
    details,
  )
}

export function asProblem(error: unknown): Problem {
  if (error instanceof Problem) return error
  return new Problem(0, UNREACHABLE, error instanceof Error ? error.message : '')
}
