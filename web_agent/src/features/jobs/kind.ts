import i18next from 'i18next'

import type { Translate } from '@/i18n/useTranslation'

/** The name of a kind of job; a kind that this page does not know yet is named as the server names it. */
export function kindText(t: Translate, kind: string): string {
  const key = `jobs.kind_${kind.replace('.', '_')}`
  // The key is known to exist; its name comes from the server and cannot be checked at compile time.
  return i18next.exists(key) ? t(key as 'jobs.nav') : kind
}
