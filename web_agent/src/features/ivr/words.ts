import type { TextKey, Translate } from '@/i18n/useTranslation'
import { zhCN } from '@/i18n/zh-CN'

const named = (t: Translate, group: 'kind' | 'field' | 'intent' | 'option' | 'step', name: string): string =>
  name in zhCN.ivr_words[group] ? t(`ivr_words.${group}.${name}` as TextKey) : name

/** The name of a kind of node. */
export const kindText = (t: Translate, kind: string): string => named(t, 'kind', kind)
/** The name of a field of a node; keys and cases stay as they are. */
export const fieldText = (t: Translate, field: string): string => named(t, 'field', field)
/** The name of an intent. */
export const intentText = (t: Translate, intent: string): string => named(t, 'intent', intent)
/** The name of one of few values. */
export const optionText = (t: Translate, option: string): string => named(t, 'option', option)
/** What happened in a step of a dialogue. */
export const stepText = (t: Translate, step: string): string => named(t, 'step', step)
