import type { RoutingBook } from '@/api/types'
import { useTranslation } from '@/i18n/useTranslation'

interface ChoiceProps<Value extends string> {
  label: string
  value: Value | null | undefined
  options: readonly { value: Value; label: string }[]
  /** What stands for no choice; a choice must be made where there is none. */
  none?: string
  isReadOnly: boolean
  onChange: (value: Value | null) => void
}

/** One of several in a row of a table; its label is for those who hear it. */
export function Choice<Value extends string>({
  label,
  value,
  options,
  none,
  isReadOnly,
  onChange,
}: ChoiceProps<Value>) {
  const isKnown = value === null || value === undefined || options.some((option) => option.value === value)
  return (
    <select
      className="input"
      aria-label={label}
      disabled={isReadOnly}
      value={value ?? ''}
      onChange={(event) => {
        onChange(options.find((option) => option.value === event.target.value)?.value ?? null)
      }}
    >
      {none !== undefined && <option value="">{none}</option>}
      {!isKnown && <option value={value}>{value}</option>}
      {options.map((option) => (
        <option key={option.value} value={option.value}>
          {option.label}
        </option>
      ))}
    </select>
  )
}

export function queueOptions(draft: RoutingBook) {
  return draft.queues.map((queue) => ({ value: queue.name, label: queue.title || queue.name }))
}

function titleOf(draft: RoutingBook, name: string): string {
  const title = draft.queues.find((queue) => queue.name === name)?.title ?? ''
  return title === '' ? name : title
}

/** A queue as people call it. */
export function useQueueTitle(draft: RoutingBook) {
  const { t } = useTranslation()
  return (name: string | null) => (name === null ? t('routing.closed') : titleOf(draft, name))
}

interface TextProps {
  label: string
  value: string
  isReadOnly: boolean
  maxLength?: number
  placeholder?: string
  onChange: (text: string) => void
}

export function Text({ label, value, isReadOnly, maxLength = 60, placeholder, onChange }: TextProps) {
  return (
    <input
      className="input"
      aria-label={label}
      disabled={isReadOnly}
      maxLength={maxLength}
      autoComplete="off"
      {...(placeholder !== undefined && { placeholder })}
      value={value}
      onChange={(event) => {
        onChange(event.target.value)
      }}
    />
  )
}

interface CountProps {
  label: string
  value: number
  least?: number
  most: number
  isReadOnly: boolean
  onChange: (value: number) => void
}

export function Count({ label, value, least = 0, most, isReadOnly, onChange }: CountProps) {
  return (
    <input
      className="input routing__count"
      type="number"
      aria-label={label}
      disabled={isReadOnly}
      min={least}
      max={most}
      value={value}
      onChange={(event) => {
        const typed = Number.parseInt(event.target.value, 10)
        if (!Number.isNaN(typed)) onChange(Math.min(most, Math.max(0, typed)))
      }}
      onBlur={() => {
        if (value < least) onChange(least)
      }}
    />
  )
}
