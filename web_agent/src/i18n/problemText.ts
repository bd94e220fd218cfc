import type { Translate } from '@/i18n/useTranslation'
import i18next from 'i18next'

import type { FieldError, Problem } from '@/api/problem'

/** The text of a server code in the page's language; an unknown code shows the server's own sentence. */
export function codeText(
  t: Translate,
  code: string,
  fallback: string,
  details: Readonly<Record<string, unknown>> = {},
): string {
  const key = `error.${code}`
  if (!i18next.exists(key)) return fallback === '' ? t('error.unknown', { code }) : fallback
  // The key is known to exist; its name comes from the server and cannot be checked at compile time.
  return t(key as 'error.unknown', { ...details, code })
}

export function problemText(t: Translate, problem: Problem): string {
  const seconds = problem.detailNumber('retry_after_seconds')
  const minutes = seconds === null ? undefined : Math.max(1, Math.ceil(seconds / 60))
  return codeText(t, problem.code, problem.detail, { ...problem.details, minutes })
}

export function fieldText(t: Translate, error: FieldError): string {
  return codeText(t, error.code, error.message, error.details)
}
