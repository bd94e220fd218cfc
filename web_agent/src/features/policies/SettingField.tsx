import { useTranslation } from '@/i18n/useTranslation'

import { choiceText, settingHint, settingText } from './labels'
import type { Setting } from './settings'
import { isLong, namesUnits, readField, shown } from './settings'
import { UnitNames } from './UnitNames'

interface SettingFieldProps {
  /** Name of the policy that the setting belongs to. */
  policy: string
  setting: Setting
  text: string
  error: string | null
  onChange: (text: string) => void
}

/** One setting: boxes for a list of choices, a choice, a line, or room for a list of rules. */
export function SettingField(props: SettingFieldProps) {
  const { t } = useTranslation()
  const { policy, setting, error } = props
  const hint = settingHint(t, policy, setting.name, setting.description)
  const below = (
    <>
      {hint !== '' && <span className="field__hint">{hint}</span>}
      {error !== null && (
        <span className="field__error" role="alert">
          {error}
        </span>
      )}
    </>
  )
  if (setting.items?.enum !== undefined) {
    return (
      <fieldset className="field policy__boxes">
        <legend className="field__label">{settingText(t, policy, setting.name)}</legend>
        <Boxes {...props} choices={setting.items.enum} />
        {below}
      </fieldset>
    )
  }
  return (
    <>
      <label className="field">
        <span className="field__label">{settingText(t, policy, setting.name)}</span>
        <Entry {...props} />
        {below}
      </label>
      {namesUnits(setting) && <UnitNames rules={props.text} />}
    </>
  )
}

function Boxes({ policy, setting, text, choices, onChange }: SettingFieldProps & { choices: readonly string[] }) {
  const { t } = useTranslation()
  const value = readField(setting, text)
  const chosen: readonly unknown[] = Array.isArray(value) ? value : []
  return (
    <span className="policy__choices">
      {choices.map((choice) => (
        <label key={choice}>
          <input
            type="checkbox"
            checked={chosen.includes(choice)}
            onChange={(event) => {
              const kept = choices.filter((item) => (item === choice ? event.target.checked : chosen.includes(item)))
              onChange(shown(kept))
            }}
          />{' '}
          {choiceText(t, policy, choice)}
        </label>
      ))}
    </span>
  )
}

function Entry({ policy, setting, text, error, onChange }: SettingFieldProps) {
  const { t } = useTranslation()
  const choices = setting.type === 'boolean' ? ['true', 'false'] : setting.enum
  const common = {
    className: 'input',
    value: text,
    'aria-invalid': error !== null,
    onChange: (event: { target: { value: string } }) => {
      onChange(event.target.value)
    },
  }
  if (choices !== undefined) {
    return (
      <select {...common}>
        {choices.map((choice) => (
          <option key={choice} value={choice}>
            {choiceText(t, policy, choice)}
          </option>
        ))}
      </select>
    )
  }
  if (isLong(setting)) return <textarea {...common} className="input policy__rules" rows={6} spellCheck={false} />
  return <input {...common} inputMode={setting.type === 'integer' || setting.type === 'number' ? 'decimal' : 'text'} />
}
