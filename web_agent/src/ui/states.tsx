import type { ReactNode } from 'react'
import { useEffect, useState } from 'react'
import { useTranslation } from '@/i18n/useTranslation'

import { asProblem } from '@/api/problem'
import { problemText } from '@/i18n/problemText'

import { Button } from './Button'

/** Nothing that takes less than this shows that it waits. */
const PATIENCE_MS = 300

export function usePatience(delayMs = PATIENCE_MS): boolean {
  const [isOver, setIsOver] = useState(false)
  useEffect(() => {
    const timer = setTimeout(() => {
      setIsOver(true)
    }, delayMs)
    return () => {
      clearTimeout(timer)
    }
  }, [delayMs])
  return isOver
}

export function Loading({ lines = 6 }: { lines?: number }) {
  const { t } = useTranslation()
  const isLate = usePatience()
  if (!isLate) return null
  return (
    <div className="skeleton" role="status">
      <em className="visually-hidden">{t('common.loading')}</em>
      {Array.from({ length: lines }, (_, index) => (
        <span key={index} />
      ))}
    </div>
  )
}

/** An empty place says what will stand here and what to do for it. */
export function Empty({ title, hint, children }: { title: string; hint?: string; children?: ReactNode }) {
  return (
    <div className="state">
      <p className="state__title">{title}</p>
      {hint !== undefined && <p className="state__hint">{hint}</p>}
      {children}
    </div>
  )
}

export function Failure({ error, onRetry }: { error: unknown; onRetry?: () => unknown }) {
  const { t } = useTranslation()
  return (
    <div className="state" role="alert">
      <p className="state__title">{t('common.failed')}</p>
      <p className="state__hint">{problemText(t, asProblem(error))}</p>
      {onRetry !== undefined && <Button onClick={() => onRetry()}>{t('common.retry')}</Button>}
    </div>
  )
}

const SIGNS = { waiting: '⚠', danger: '⚠', problem: '✕', ready: '✓', plain: 'ⓘ' } as const

export function Banner({
  tone,
  children,
  action,
}: {
  tone: keyof typeof SIGNS
  children: ReactNode
  action?: ReactNode
}) {
  return (
    <div className={`banner banner--${tone}`} role={tone === 'danger' || tone === 'problem' ? 'alert' : 'status'}>
      <span aria-hidden="true">{SIGNS[tone]}</span>
      <span>{children}</span>
      {action !== undefined && <span className="banner__action">{action}</span>}
    </div>
  )
}
