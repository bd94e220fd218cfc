import { useQuery } from '@tanstack/react-query'
import type { KeyboardEvent } from 'react'
import { useState } from 'react'

import { curatorsQuery } from '@/api/queries/curation'
import type { CurationItemSummary } from '@/api/types'
import { useTranslation } from '@/i18n/useTranslation'
import { Button } from '@/ui/Button'
import { isComposing } from '@/ui/keys'

/** Actions that need a word more. */
export type Asked = 'assign' | 'snooze' | 'merge' | 'reject' | 'send_back'

interface AskFormProps {
  asked: Asked
  item: CurationItemSummary
  others: readonly CurationItemSummary[]
  onClose: () => void
  onAct: (deed: {
    action: 'assign' | 'snooze' | 'merge' | 'reject'
    reason?: string
    days?: number
    account_id?: string
    into_id?: string
  }) => void
  onSendBack: (reason: string) => void
}

const DAYS = ['1', '7', '30', '90']

/** Asks for what an action needs: a reason, a person, another item, or how long. Enter does it, Escape leaves. */
export function AskForm({ asked, item, others, onClose, onAct, onSendBack }: AskFormProps) {
  const { t } = useTranslation()
  const curators = useQuery({ ...curatorsQuery, enabled: asked === 'assign' })
  const same = others.filter((other) => other.kind === item.kind && other.id !== item.id)
  const options = {
    assign: (curators.data?.items ?? []).map(({ id, name }) => [id, name] as const),
    merge: same.map(({ id, title }) => [id, title] as const),
    snooze: DAYS.map((days) => [days, t('curation.days', { count: Number(days) })] as const),
    reject: null,
    send_back: null,
  }[asked]
  const [typed, setTyped] = useState(asked === 'snooze' ? '7' : '')
  const value = typed === '' && options !== null ? (options[0]?.[0] ?? '') : typed.trim()
  const send = () => {
    if (value === '') return
    onClose()
    if (asked === 'send_back') onSendBack(value)
    else if (asked === 'reject') onAct({ action: 'reject', reason: value })
    else if (asked === 'assign') onAct({ action: 'assign', account_id: value })
    else if (asked === 'merge') onAct({ action: 'merge', into_id: value })
    else onAct({ action: 'snooze', days: Number(value) })
  }
  const field = {
    className: 'input',
    'aria-label': t(`curation.ask_${asked}`),
    autoFocus: true,
    onKeyDown: (event: KeyboardEvent) => {
      if (isComposing(event.nativeEvent)) return
      if (event.key === 'Escape') {
        event.stopPropagation()
        onClose()
      } else if (event.key === 'Enter') {
        event.preventDefault()
        send()
      }
    },
  }
  return (
    <form
      className="curation__ask"
      onSubmit={(event) => {
        event.preventDefault()
        send()
      }}
    >
      {options === null ? (
        <input
          {...field}
          placeholder={t(`curation.ask_${asked}`)}
          maxLength={500}
          value={typed}
          onChange={(event) => {
            setTyped(event.target.value)
          }}
        />
      ) : (
        <select
          {...field}
          value={value}
          onChange={(event) => {
            setTyped(event.target.value)
          }}
        >
          {options.map(([key, label]) => (
            <option key={key} value={key}>
              {label}
            </option>
          ))}
        </select>
      )}
      <Button type="submit" tone="primary" chord="Enter" disabled={value === ''}>
        {t(`curation.${asked}`)}
      </Button>
      <Button tone="quiet" chord="Escape" onClick={onClose}>
        {t('common.cancel')}
      </Button>
    </form>
  )
}
