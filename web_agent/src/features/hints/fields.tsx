import { useTranslation } from '@/i18n/useTranslation'

import { linesOf } from './sections'

interface Both {
  zh: string
  en: string
}

interface BothFieldProps {
  name: 'name' | 'text' | 'advice' | 'ask' | 'answer' | 'means'
  value: Both
  onChange: (value: Both) => void
}

/** A text in both languages, side by side. */
export function BothField({ name, value, onChange }: BothFieldProps) {
  const { t } = useTranslation()
  return (
    <div className="hint-books__both">
      {(['zh', 'en'] as const).map((language) => (
        <label key={language} className="field">
          <span className="field__label">{t(`hint_book.${name}_${language}`)}</span>
          <input
            className="input"
            maxLength={300}
            value={value[language]}
            onChange={(event) => {
              onChange({ ...value, [language]: event.target.value })
            }}
          />
        </label>
      ))}
    </div>
  )
}

interface PhraseFieldProps {
  label: string
  value: readonly string[]
  onChange: (value: string[]) => void
}

/** Phrases, one a line. */
export function PhraseField({ label, value, onChange }: PhraseFieldProps) {
  return (
    <label className="field">
      <span className="field__label">{label}</span>
      <textarea
        className="input"
        rows={Math.min(8, Math.max(2, value.length))}
        value={value.join('\n')}
        onChange={(event) => {
          onChange(linesOf(event.target.value))
        }}
      />
    </label>
  )
}

interface NumberFieldProps {
  label: string
  value: number
  min: number
  max: number
  onChange: (value: number) => void
}

export function NumberField({ label, value, min, max, onChange }: NumberFieldProps) {
  return (
    <label className="field">
      <span className="field__label">{label}</span>
      <input
        className="input"
        type="number"
        min={min}
        max={max}
        value={value}
        onChange={(event) => {
          onChange(event.target.valueAsNumber)
        }}
      />
    </label>
  )
}
