import i18next from 'i18next'
import { initReactI18next } from 'react-i18next'

import { readPreference, subscribePreferences } from '@/ui/preferences'

import { en } from './en'
import { zhCN } from './zh-CN'

export const resources = { 'zh-CN': { translation: zhCN }, en: { translation: en } } as const

/**
 * Says a number with its noun: `{{cases, noun(one: case; other: cases)}}`. The library's own plurals take one number a
 * text; several of ours name two, and Chinese needs none.
 */
const numberWithNoun = (value: unknown, language: string | undefined, nouns: { one: string; other: string }) =>
  `${String(value)} ${new Intl.PluralRules(language).select(Number(value)) === 'one' ? nouns.one : nouns.other}`

/** Starts in the language chosen on this machine and follows the choice. */
export async function startI18n(): Promise<void> {
  await i18next.use(initReactI18next).init({
    resources,
    lng: readPreference('locale'),
    fallbackLng: 'zh-CN',
    interpolation: { escapeValue: false },
    showSupportNotice: false,
  })
  i18next.services.formatter?.add('noun', numberWithNoun)
  const apply = () => {
    const locale = readPreference('locale')
    document.documentElement.lang = locale
    if (i18next.language !== locale) void i18next.changeLanguage(locale)
  }
  subscribePreferences(apply)
  apply()
}
