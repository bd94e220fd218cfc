import type { KeyboardEvent, ReactNode } from 'react'
import { useEffect, useId, useRef, useState } from 'react'

import { useTranslation } from '@/i18n/useTranslation'

import { Button } from './Button'
import { isComposing } from './keys'

import './ConfirmButton.css'

interface ConfirmButtonProps {
  /** What the button says: "delete". */
  children: ReactNode
  /** What is asked before anything happens. */
  question: string
  /** What the button says that does it: "delete for good". */
  confirmLabel: string
  /** What went wrong at the last attempt. */
  error?: string | null
  isDisabled?: boolean
  isPending?: boolean
  'aria-label'?: string
  onConfirm: () => void
}

/**
 * A button for what cannot be taken back. It asks in a box below itself, so that nothing destructive ever comes to lie
 * under the pointer; a second press of a double click changes nothing.
 */
export function ConfirmButton(props: ConfirmButtonProps) {
  const { children, question, isDisabled = false } = props
  const [isAsking, setIsAsking] = useState(false)
  const boxId = useId()
  const opener = useRef<HTMLButtonElement>(null)
  const close = () => {
    setIsAsking(false)
    opener.current?.focus()
  }
  const closeByKey = (event: KeyboardEvent) => {
    if (event.key !== 'Escape' || isComposing(event.nativeEvent)) return
    event.stopPropagation()
    close()
  }
  return (
    // eslint-disable-next-line jsx-a11y/no-static-element-interactions -- rejected: Escape in the box below bubbles to here.
    <span className="confirm" onKeyDown={closeByKey}>
      <Button
        ref={opener}
        isSmall
        tone="quiet"
        disabled={isDisabled}
        aria-expanded={isAsking}
        aria-haspopup="dialog"
        {...(props['aria-label'] !== undefined && { 'aria-label': props['aria-label'] })}
        {...(isAsking && { 'aria-controls': boxId })}
        onClick={(event) => {
          if (event.detail <= 1) setIsAsking(!isAsking)
        }}
      >
        {children}
      </Button>
      {isAsking && <ConfirmBox {...props} id={boxId} question={question} onClose={close} />}
    </span>
  )
}

function ConfirmBox({
  id,
  question,
  confirmLabel,
  error = null,
  isPending = false,
  onConfirm,
  onClose,
}: ConfirmButtonProps & { id: string; onClose: () => void }) {
  const { t } = useTranslation()
  const safe = useRef<HTMLButtonElement>(null)
  useEffect(() => {
    safe.current?.focus()
  }, [])
  return (
    <span id={id} className="confirm__box" role="alertdialog" aria-label={question}>
      <span>{question}</span>
      {error !== null && (
        <span className="field__error" role="alert">
          {error}
        </span>
      )}
      <span className="confirm__choice">
        <Button isSmall disabled={isPending} onClick={onConfirm}>
          {confirmLabel}
        </Button>
        <Button ref={safe} isSmall tone="primary" onClick={onClose}>
          {t('common.keep')}
        </Button>
      </span>
    </span>
  )
}
