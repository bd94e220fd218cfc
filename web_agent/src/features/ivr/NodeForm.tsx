import { useId } from 'react'

import type { FlawView } from '@/api/types'
import { useTranslation } from '@/i18n/useTranslation'
import { Button } from '@/ui/Button'

import type { FieldType, FlowDefinition, FlowNode } from './definition'
import { FIELDS, RETURN, sentValue } from './definition'
import { PromptSound } from './PromptSound'
import { fieldText, kindText, optionText } from './words'

const SPOKEN = new Set(['text', 'again'])
/** Kinds whose text goes into an order or a message. */
const NOT_SPOKEN = new Set(['create_order', 'send_sms'])

interface NodeFormProps {
  name: string
  flow: FlowDefinition
  flaws: readonly FlawView[]
  parts: readonly string[]
  onChange: (node: FlowNode) => void
  onRemove: () => void
}

/** One node with all its fields; what is wrong with it stands at the field. */
export function NodeForm({ name, flow, flaws, parts, onChange, onRemove }: NodeFormProps) {
  const { t } = useTranslation()
  const node = flow.nodes[name]
  if (node === undefined) return null
  const fields = Object.entries(FIELDS[node.kind] ?? {})
  const shown = new Set(fields.map(([field]) => field))
  const flawOf = (field: string) => flaws.find((flaw) => flaw.field.split('.')[0] === field)
  const others = flaws.filter((flaw) => !shown.has(flaw.field.split('.')[0] ?? ''))
  return (
    <form
      className="node-form"
      onSubmit={(event) => {
        event.preventDefault()
      }}
    >
      <div className="node-form__head">
        <h2 className="panel__title">
          {kindText(t, node.kind)} <code>{name}</code>
        </h2>
        <Button isSmall tone="quiet" onClick={onRemove}>
          {t('ivr.remove_node')}
        </Button>
      </div>
      {others.map((flaw) => (
        <p key={flaw.code} className="field__error" role="alert">
          {t(`ivr_words.flaw.${flaw.code}`)}
        </p>
      ))}
      {fields.map(([field, type]) => {
        const flaw = flawOf(field)
        return (
          <NodeField
            key={`${name}-${field}`}
            field={field}
            type={type}
            value={node[field]}
            targets={Object.keys(flow.nodes)}
            parts={parts}
            error={flaw === undefined ? null : t(`ivr_words.flaw.${flaw.code}`)}
            isSpoken={SPOKEN.has(field) && !NOT_SPOKEN.has(node.kind)}
            onChange={(value) => {
              onChange({ ...node, [field]: sentValue(node, field, value) })
            }}
          />
        )
      })}
    </form>
  )
}

interface NodeFieldProps {
  field: string
  type: FieldType
  value: unknown
  targets: readonly string[]
  parts: readonly string[]
  error: string | null
  /** Whether callers hear it. */
  isSpoken: boolean
  onChange: (value: unknown) => void
}

function NodeField({ field, type, value, targets, parts, error, isSpoken, onChange }: NodeFieldProps) {
  const { t } = useTranslation()
  const id = useId()
  const label = fieldText(t, field)
  if (type === 'nodes_by_key') {
    return (
      <KeyTable
        label={label}
        field={field}
        value={(value ?? {}) as Record<string, string>}
        targets={targets}
        error={error}
        onChange={onChange}
      />
    )
  }
  const common = { id, className: 'input', 'aria-invalid': error !== null }
  const text = typeof value === 'string' || typeof value === 'number' ? String(value) : ''
  const change = (event: { target: { value: string } }) => {
    onChange(type === 'number' ? Number(event.target.value) : event.target.value)
  }
  const options = type === 'flow' ? parts : typeof type === 'string' ? [...targets, RETURN] : type
  const isChoice = type === 'node' || type === 'maybe_node' || type === 'flow' || typeof type !== 'string'
  return (
    <div className="field">
      <label className="field__label" htmlFor={id}>
        {label}
      </label>
      {isChoice ? (
        <select {...common} value={text} onChange={change}>
          {(typeof type === 'string' || !options.includes(text)) && <option value="">–</option>}
          {options.map((option) => (
            <option key={option} value={option}>
              {typeof type === 'string' ? option : optionText(t, option)}
            </option>
          ))}
        </select>
      ) : type === 'text' ? (
        <textarea {...common} rows={3} value={text} onChange={change} />
      ) : (
        <input {...common} type={type === 'number' ? 'number' : 'text'} value={text} onChange={change} />
      )}
      {isSpoken && <PromptSound text={text} />}
      {error !== null && (
        <span className="field__error" role="alert">
          {error}
        </span>
      )}
    </div>
  )
}

interface KeyTableProps {
  label: string
  field: string
  value: Record<string, string>
  targets: readonly string[]
  error: string | null
  onChange: (value: Record<string, string>) => void
}

function KeyTable({ label, field, value, targets, error, onChange }: KeyTableProps) {
  const { t } = useTranslation()
  const rows = Object.entries(value)
  const rename = (old: string, key: string) => {
    onChange(Object.fromEntries(rows.map(([name, target]) => [name === old ? key : name, target])))
  }
  const free = field === 'keys' ? ('1234567890#'.split('').find((key) => !(key in value)) ?? '') : 'case'
  return (
    <fieldset className="field key-table">
      <legend className="field__label">{label}</legend>
      {rows.map(([key, target], place) => (
        <span key={place} className="key-table__row">
          <input
            className="input"
            aria-label={t('ivr.key')}
            value={key}
            onChange={(event) => {
              rename(key, event.target.value)
            }}
          />
          <select
            className="input"
            aria-label={t('ivr.key_leads_to', { key })}
            value={target}
            onChange={(event) => {
              onChange({ ...value, [key]: event.target.value })
            }}
          >
            {[...new Set([target, ...targets, RETURN])].map((name) => (
              <option key={name}>{name}</option>
            ))}
          </select>
          <Button
            isSmall
            tone="quiet"
            aria-label={t('ivr.remove_key', { key })}
            onClick={() => {
              onChange(Object.fromEntries(rows.filter(([name]) => name !== key)))
            }}
          >
            ✕
          </Button>
        </span>
      ))}
      <Button
        isSmall
        disabled={free === '' || free in value}
        onClick={() => {
          onChange({ ...value, [free]: targets[0] ?? '' })
        }}
      >
        {t('ivr.add_key')}
      </Button>
      {error !== null && (
        <span className="field__error" role="alert">
          {error}
        </span>
      )}
    </fieldset>
  )
}
