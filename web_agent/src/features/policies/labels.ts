import i18next from 'i18next'

import type { TextKey, Translate } from '@/i18n/useTranslation'

// Policies, their settings and choices are named by the server; what this page does not know yet keeps that name.
function textOr(t: Translate, key: string, fallback: string): string {
  // The key is known to exist; its name comes from the server and cannot be checked at compile time.
  return i18next.exists(key) ? t(key as TextKey) : fallback
}

export const policyText = (t: Translate, policy: string): string => textOr(t, `policies.name_${policy}`, policy)

export const settingText = (t: Translate, policy: string, setting: string): string =>
  textOr(t, `policies.setting_${policy}.${setting}`, setting)

/** What a setting means; the server's own sentence where this page has none. */
export const settingHint = (t: Translate, policy: string, setting: string, description = ''): string =>
  textOr(t, `policies.hint_${policy}.${setting}`, description)

export const choiceText = (t: Translate, policy: string, choice: string): string =>
  textOr(t, `policies.choice_${policy}.${choice}`, choice)
