import type { i18n } from 'i18next'
import { useCallback } from 'react'
import { useTranslation as useI18next } from 'react-i18next'

import type { Texts } from './texts'

/** Every path to a text, joined by dots. */
type Paths<Tree> = {
  [Key in keyof Tree & string]: Tree[Key] extends string ? Key : `${Key}.${Paths<Tree[Key]>}`
}[keyof Tree & string]

/** A key of the texts; checked by the compiler. */
export type TextKey = Paths<Texts>

/**
 * Gives a text in the page's language. The library's own type for this follows every option through every key, which
 * the compiler refuses as too deep beyond a thousand texts.
 */
export type Translate = (key: TextKey, values?: Readonly<Record<string, unknown>>) => string

export function useTranslation(): { t: Translate; i18n: i18n } {
  const { t, i18n } = useI18next()
  const translate = useCallback<Translate>((key, values) => t(key, { ...values }), [t])
  return { t: translate, i18n }
}
