import { useQuery } from '@tanstack/react-query'
import { useTranslation } from '@/i18n/useTranslation'

import { categoriesQuery } from '@/api/queries/knowledge'
import type { CategoryTree, FileSettings } from '@/api/types'
import { useName } from '@/i18n/useName'
import { Field } from '@/ui/Field'
import { SECTORS } from '@/ui/sectors'
import { Failure, Loading } from '@/ui/states'

interface SettingsFieldsProps {
  settings: FileSettings
  onChange: (settings: FileSettings) => void
  isDisabled?: boolean
}

/** What the curator decides about entries that come from documents. */
export function SettingsFields(props: SettingsFieldsProps) {
  const tree = useQuery(categoriesQuery)
  if (tree.isPending) return <Loading lines={3} />
  if (tree.isError) return <Failure error={tree.error} onRetry={tree.refetch} />
  return <Fields {...props} tree={tree.data} />
}

function Fields({ settings, onChange, isDisabled = false, tree }: SettingsFieldsProps & { tree: CategoryTree }) {
  const { t } = useTranslation()
  const name = useName()
  const change = (part: Partial<FileSettings>) => {
    onChange({ ...settings, ...part })
  }
  const groups = tree.sectors
    .filter((node) => node.code === null || node.code === settings.sector)
    .flatMap((node) => node.groups)
  return (
    <fieldset className="import-settings" disabled={isDisabled}>
      <legend className="visually-hidden">{t('import.settings')}</legend>
      <Choice
        label={t('entry.field_sector')}
        value={settings.sector ?? ''}
        onChange={(value) => {
          change({ sector: value === '' ? null : value, situation: 'general.reference.procedure' })
        }}
      >
        <option value="">{t('sector.every')}</option>
        {SECTORS.map((code) => (
          <option key={code} value={code}>
            {t(`sector.${code}`)}
          </option>
        ))}
      </Choice>
      <Choice
        label={t('entry.field_situation')}
        value={settings.situation}
        onChange={(situation) => {
          change({ situation })
        }}
      >
        {groups.map((group) => (
          <optgroup key={group.code} label={name(group)}>
            {group.situations.map((situation) => (
              <option key={situation.code} value={situation.code}>
                {name(situation)}
              </option>
            ))}
          </optgroup>
        ))}
      </Choice>
      <Choice
        label={t('entry.field_business_type')}
        value={settings.business_type}
        onChange={(business_type) => {
          change({ business_type })
        }}
      >
        {tree.business_types.map((type) => (
          <option key={type.code} value={type.code}>
            {name(type)}
          </option>
        ))}
      </Choice>
      <Field
        label={t('entry.field_owner')}
        error={null}
        maxLength={100}
        value={settings.owner}
        onChange={(event) => {
          change({ owner: event.target.value })
        }}
      />
      {(['valid_from', 'valid_until'] as const).map((field) => (
        <Field
          key={field}
          type="date"
          label={t(`entry.field_${field}`)}
          error={null}
          value={settings[field] ?? ''}
          onChange={(event) => {
            change({ [field]: event.target.value === '' ? null : event.target.value })
          }}
        />
      ))}
    </fieldset>
  )
}

interface ChoiceProps {
  label: string
  value: string
  onChange: (value: string) => void
  children: React.ReactNode
}

function Choice({ label, value, onChange, children }: ChoiceProps) {
  return (
    <label className="field">
      <span className="field__label">{label}</span>
      <select
        className="input"
        value={value}
        onChange={(event) => {
          onChange(event.target.value)
        }}
      >
        {children}
      </select>
    </label>
  )
}
