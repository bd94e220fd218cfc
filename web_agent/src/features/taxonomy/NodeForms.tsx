import type { SyntheticEvent } from 'react'
import { useState } from 'react'
import { useTranslation } from '@/i18n/useTranslation'

import type { EditableSituation, TaxonomyChange, TaxonomyPackView } from '@/api/types'
import { useName } from '@/i18n/useName'
import { Button } from '@/ui/Button'

export type OnChange = (change: TaxonomyChange, then?: string) => void

interface NodeFormsProps {
  view: TaxonomyPackView
  /** Code of a group or situation; null while nothing is chosen. */
  chosen: string | null
  isPending: boolean
  onChange: OnChange
}

export function NodeForms({ view, chosen, isPending, onChange }: NodeFormsProps) {
  const { t } = useTranslation()
  const group = view.groups.find((item) => item.code === chosen)
  const situation = view.groups.flatMap((item) => item.situations).find((item) => item.code === chosen)
  const node = group ?? situation
  if (chosen === null || node === undefined)
    return (
      <>
        <p className="field__hint">{t('taxonomy.choose')}</p>
        <TextForm
          title={t('taxonomy.add_group')}
          fields={[
            { name: 'code', label: t('taxonomy.code'), initial: `${view.pack}.` },
            { name: 'zh', label: t('taxonomy.zh') },
            { name: 'en', label: t('taxonomy.en') },
          ]}
          isPending={isPending}
          onSend={({ code = '', zh = '', en = '' }) => {
            onChange({ kind: 'add_group', code, zh, en }, code)
          }}
        />
      </>
    )
  return (
    <>
      <TextForm
        key={`${node.name_zh}${node.name_en}`}
        title={t('taxonomy.rename', { code: node.code })}
        fields={[
          { name: 'zh', label: t('taxonomy.zh'), initial: node.name_zh },
          { name: 'en', label: t('taxonomy.en'), initial: node.name_en },
        ]}
        isPending={isPending}
        onSend={({ zh = '', en = '' }) => {
          onChange({ kind: 'rename', code: node.code, zh, en })
        }}
      />
      {group !== undefined && (
        <TextForm
          title={t('taxonomy.add_situation')}
          fields={[
            { name: 'code', label: t('taxonomy.code'), initial: `${group.code}.` },
            { name: 'zh', label: t('taxonomy.zh') },
            { name: 'en', label: t('taxonomy.en') },
          ]}
          isPending={isPending}
          onSend={({ code = '', zh = '', en = '' }) => {
            onChange({ kind: 'add_situation', group: group.code, code, zh, en }, code)
          }}
        />
      )}
      {situation !== undefined && (
        <SituationForms view={view} situation={situation} isPending={isPending} onChange={onChange} />
      )}
    </>
  )
}

interface SituationFormsProps {
  view: TaxonomyPackView
  situation: EditableSituation
  isPending: boolean
  onChange: OnChange
}

function SituationForms({ view, situation, isPending, onChange }: SituationFormsProps) {
  const { t } = useTranslation()
  const name = useName()
  const { code } = situation
  const others = view.groups.flatMap((group) => group.situations).filter((item) => item.code !== code)
  const groups = view.groups.filter((group) => group.situations.every((item) => item.code !== code))
  const filed = t('taxonomy.usage', { entries: situation.entry_count, cases: situation.case_count })
  return (
    <>
      <ChoiceForm
        title={t('taxonomy.move')}
        choices={groups.map((group) => [group.code, name(group)])}
        isPending={isPending}
        onSend={(group) => {
          onChange({ kind: 'move', code, group })
        }}
      />
      <ChoiceForm
        title={t('taxonomy.merge')}
        hint={t('taxonomy.merge_hint', { filed })}
        choices={others.filter((item) => !item.is_retired).map((item) => [item.code, name(item)])}
        isPending={isPending}
        onSend={(into) => {
          onChange({ kind: 'merge', code, into }, into)
        }}
      />
      <TextForm
        title={t('taxonomy.recode')}
        fields={[{ name: 'to', label: t('taxonomy.code'), initial: code }]}
        isPending={isPending}
        onSend={({ to = '' }) => {
          onChange({ kind: 'recode', code, to }, to)
        }}
      />
      <IdeaForms situation={situation} isPending={isPending} onChange={onChange} />
      <Button
        disabled={isPending}
        onClick={() => {
          onChange({ kind: 'retire', code, is_retired: !situation.is_retired })
        }}
      >
        {t(situation.is_retired ? 'taxonomy.bring_back' : 'taxonomy.retire')}
      </Button>
    </>
  )
}

function IdeaForms({ situation, isPending, onChange }: Omit<SituationFormsProps, 'view'>) {
  const { t } = useTranslation()
  const { code, ideas } = situation
  return (
    <>
      {ideas.length > 0 && (
        <ul className="taxonomy__ideas" aria-label={t('taxonomy.ideas')}>
          {ideas.map((idea) => (
            <li key={idea.name_zh}>{[idea.name_zh, ...idea.means].join(' › ')}</li>
          ))}
        </ul>
      )}
      <TextForm
        title={t('taxonomy.add_idea')}
        fields={[
          { name: 'idea', label: t('taxonomy.idea') },
          { name: 'means', label: t('taxonomy.means'), isOptional: true },
        ]}
        isPending={isPending}
        onSend={({ idea = '', means = '' }) => {
          onChange(means === '' ? { kind: 'add_idea', code, idea } : { kind: 'add_means', code, idea, means })
        }}
      />
      <TextForm
        title={t('taxonomy.rename_idea')}
        fields={[
          { name: 'idea', label: t('taxonomy.idea') },
          { name: 'means', label: t('taxonomy.means'), isOptional: true },
          { name: 'to', label: t('taxonomy.new_name') },
        ]}
        isPending={isPending}
        onSend={({ idea = '', means = '', to = '' }) => {
          onChange(
            means === '' ? { kind: 'rename_idea', code, idea, to } : { kind: 'rename_means', code, idea, means, to },
          )
        }}
      />
    </>
  )
}

interface TextField {
  name: string
  label: string
  initial?: string
  isOptional?: boolean
}

interface TextFormProps {
  title: string
  fields: readonly TextField[]
  isPending: boolean
  onSend: (values: Readonly<Record<string, string>>) => void
}

function TextForm({ title, fields, isPending, onSend }: TextFormProps) {
  const { t } = useTranslation()
  const empty = Object.fromEntries(fields.map((field) => [field.name, field.initial ?? '']))
  const [values, setValues] = useState<Record<string, string>>(empty)
  const submit = (event: SyntheticEvent) => {
    event.preventDefault()
    onSend(Object.fromEntries(Object.entries(values).map(([name, value]) => [name, value.trim()])))
  }
  return (
    <form className="taxonomy__form" aria-label={title} onSubmit={submit}>
      <h3 className="category__label">{title}</h3>
      {fields.map((field) => (
        <input
          key={field.name}
          className="input"
          aria-label={field.label}
          placeholder={field.label}
          maxLength={100}
          required={field.isOptional !== true}
          value={values[field.name] ?? ''}
          onChange={(event) => {
            setValues({ ...values, [field.name]: event.target.value })
          }}
        />
      ))}
      <Button type="submit" isSmall disabled={isPending}>
        {t('taxonomy.save')}
      </Button>
    </form>
  )
}

interface ChoiceFormProps {
  title: string
  hint?: string
  choices: readonly (readonly [code: string, label: string])[]
  isPending: boolean
  onSend: (code: string) => void
}

function ChoiceForm({ title, hint, choices, isPending, onSend }: ChoiceFormProps) {
  const { t } = useTranslation()
  const [code, setCode] = useState('')
  const submit = (event: SyntheticEvent) => {
    event.preventDefault()
    if (code !== '') onSend(code)
  }
  return (
    <form className="taxonomy__form" aria-label={title} onSubmit={submit}>
      <h3 className="category__label">{title}</h3>
      <select
        className="input"
        aria-label={title}
        value={code}
        onChange={(event) => {
          setCode(event.target.value)
        }}
      >
        <option value="">{t('taxonomy.pick')}</option>
        {choices.map(([value, label]) => (
          <option key={value} value={value}>
            {label}
          </option>
        ))}
      </select>
      <Button type="submit" isSmall disabled={isPending || code === ''}>
        {t('taxonomy.save')}
      </Button>
      {hint !== undefined && <p className="field__hint">{hint}</p>}
    </form>
  )
}
