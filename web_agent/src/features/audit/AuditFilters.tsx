import { useEffect, useState } from 'react'

import { useTranslation } from '@/i18n/useTranslation'

import type { AuditFields } from './filter'

/** Typing asks once, after a pause. */
const PAUSE_MS = 300
const FIELDS = ['actor', 'action', 'object'] as const
const DAYS = ['from', 'to'] as const

/** What narrows the log down: a person, an action, a kind of object, days. */
export function AuditFilters({ fields, onChange }: { fields: AuditFields; onChange: (fields: AuditFields) => void }) {
  const { t } = useTranslation()
  const [typed, setTyped] = useState(fields)
  const [isComposing, setIsComposing] = useState(false)
  useEffect(() => {
    if (isComposing || typed === fields) return
    const timer = setTimeout(() => {
      onChange(typed)
    }, PAUSE_MS)
    return () => {
      clearTimeout(timer)
    }
  }, [typed, fields, isComposing, onChange])
  return (
    <>
      {[...FIELDS, ...DAYS].map((name) => (
        <label key={name} className="field">
          <span className="field__label">{t(`audit.filter_${name}`)}</span>
          <input
            className="input"
            type={name === 'from' || name === 'to' ? 'date' : 'search'}
            maxLength={100}
            value={typed[name]}
            onCompositionStart={() => {
              setIsComposing(true)
            }}
            onCompositionEnd={() => {
              setIsComposing(false)
            }}
            onChange={(event) => {
              setTyped({ ...typed, [name]: event.target.value })
            }}
          />
        </label>
      ))}
    </>
  )
}
