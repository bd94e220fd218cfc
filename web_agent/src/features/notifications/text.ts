import i18next from 'i18next'

import type { NotificationView } from '@/api/types'
import { kindText } from '@/features/jobs/kind'
import { codeText } from '@/i18n/problemText'
import type { TextKey, Translate } from '@/i18n/useTranslation'

// The key is known to exist; its name comes from the server and cannot be checked at compile time.
const codedName = (t: Translate, key: string, name: string): string => (i18next.exists(key) ? t(key as TextKey) : name)

/** Parameters that are names of the server; the sentence holds them in the language of the page. */
const NAMES: Readonly<Record<string, (t: Translate, name: string) => string>> = {
  job_kind: kindText,
  outcome: (t, state) => codedName(t, `skills.state_${state}`, state),
  item_kind: (t, kind) => codedName(t, `curation.kind_${kind}`, kind),
  alert_kind: (t, kind) => codedName(t, `notifications.danger_${kind}`, kind),
  error_code: (t, code) => codeText(t, code, code),
}

/** The sentence of a kind; a kind that this page does not know yet is named as the server names it. */
export function textOf(t: Translate, item: Pick<NotificationView, 'kind' | 'parameters'>): string {
  const key = `notifications.kind.${item.kind.replace('.', '_')}`
  if (!i18next.exists(key)) return t('notifications.unknown', { kind: item.kind })
  const parameters = Object.fromEntries(
    Object.entries(item.parameters).map(([name, value]) => [name, NAMES[name]?.(t, String(value)) ?? value]),
  )
  // The key is known to exist; its name comes from the server and cannot be checked at compile time.
  return t(key as TextKey, parameters)
}
