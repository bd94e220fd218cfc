import type { SyntheticEvent } from 'react'
import { useState } from 'react'

import { useChoosePolicy } from '@/api/queries/policies'
import type { PolicyView } from '@/api/types'
import { fieldText, problemText } from '@/i18n/problemText'
import { useTranslation } from '@/i18n/useTranslation'
import { Button } from '@/ui/Button'
import { Banner } from '@/ui/states'
import { useSaving } from '@/ui/useSaving'
import { useUnsavedChanges } from '@/ui/useUnsavedChanges'

import { SettingField } from './SettingField'
import { readField, settingsOf, written } from './settings'

/** The settings in force, to be changed with a note on why. */
export function PolicyForm({ policy }: { policy: PolicyView }) {
  const { t } = useTranslation()
  const settings = settingsOf(policy.value_schema)
  const first = Object.fromEntries(
    settings.map((setting) => [setting.name, written(setting, policy.value[setting.name])]),
  )
  const [texts, setTexts] = useState<Record<string, string>>(first)
  const [note, setNote] = useState('')
  const choose = useChoosePolicy(policy.name)
  const saving = useSaving(choose.mutateAsync)
  const isDirty = settings.some(({ name }) => texts[name] !== first[name])
  const guard = useUnsavedChanges(isDirty && !saving.isPending)
  const submit = (event: SyntheticEvent) => {
    event.preventDefault()
    if (!isDirty) return
    const value = Object.fromEntries(
      settings.map((setting) => [setting.name, readField(setting, texts[setting.name] ?? '')]),
    )
    saving.save({ value, note, based_on: policy.version?.number ?? 0 })
  }
  return (
    <form className="policy__form" onSubmit={submit}>
      {guard}
      {saving.problem !== null && saving.problem.fields.length === 0 && (
        <Banner tone="problem">{problemText(t, saving.problem)}</Banner>
      )}
      {settings.map((setting) => {
        const error = saving.errorOf(setting.name) ?? saving.errorOf(`value.${setting.name}`)
        return (
          <SettingField
            key={setting.name}
            policy={policy.name}
            setting={setting}
            text={texts[setting.name] ?? ''}
            error={error === null ? null : fieldText(t, error)}
            onChange={(text) => {
              setTexts({ ...texts, [setting.name]: text })
            }}
          />
        )
      })}
      <label className="field">
        <span className="field__label">{t('policies.note')}</span>
        <input
          className="input"
          maxLength={500}
          value={note}
          onChange={(event) => {
            setNote(event.target.value)
          }}
        />
      </label>
      <Button type="submit" tone="primary" disabled={!isDirty || saving.isPending}>
        {t('policies.save')}
      </Button>
    </form>
  )
}
