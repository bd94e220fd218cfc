import { useEffect, useRef, useState } from 'react'

import { useTranslation } from '@/i18n/useTranslation'
import { useAccountChannel } from '@/realtime/useAccountChannel'
import { Button } from '@/ui/Button'
import { isComposing } from '@/ui/keys'

import { NotificationList } from './NotificationList'

import './Notifications.css'

const MOST_SHOWN = 99

/** The bell in the bar: how much is unread, and the list of it. */
export function NotificationBell() {
  const { t } = useTranslation()
  const { unread } = useAccountChannel()
  const [isOpen, setIsOpen] = useState(false)
  const box = useRef<HTMLDivElement>(null)
  const bell = useRef<HTMLButtonElement>(null)
  useEffect(() => {
    if (!isOpen) return
    const close = (event: PointerEvent) => {
      if (event.target instanceof Node && box.current?.contains(event.target) === false) setIsOpen(false)
    }
    const closeByKey = (event: KeyboardEvent) => {
      if (event.key !== 'Escape' || isComposing(event)) return
      setIsOpen(false)
      bell.current?.focus()
    }
    document.addEventListener('pointerdown', close)
    document.addEventListener('keydown', closeByKey)
    return () => {
      document.removeEventListener('pointerdown', close)
      document.removeEventListener('keydown', closeByKey)
    }
  }, [isOpen])
  return (
    <div className="bell" ref={box}>
      <Button
        ref={bell}
        tone="quiet"
        aria-expanded={isOpen}
        aria-label={t('notifications.bell', { unread })}
        onClick={() => {
          setIsOpen(!isOpen)
        }}
      >
        <svg viewBox="0 0 16 16" width="16" height="16" aria-hidden="true">
          <path
            d="M8 2a4 4 0 0 0-4 4v3l-1.4 2h10.8L12 9V6a4 4 0 0 0-4-4zM6.6 13a1.5 1.5 0 0 0 2.8 0"
            fill="none"
            stroke="currentColor"
            strokeWidth="1.4"
          />
        </svg>
        {unread > 0 && <span className="bell__count">{unread > MOST_SHOWN ? `${MOST_SHOWN}+` : unread}</span>}
      </Button>
      {isOpen && (
        <NotificationList
          onLeave={() => {
            setIsOpen(false)
          }}
        />
      )}
    </div>
  )
}
