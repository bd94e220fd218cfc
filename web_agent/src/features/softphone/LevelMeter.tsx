import { useEffect, useRef } from 'react'

import { useTranslation } from '@/i18n/useTranslation'

import { phone } from './phone'

const LOOK_MS = 100

/** How loud oneself and the other party are: whoever is not heard sees why. */
export function LevelMeter({ isMuted }: { isMuted: boolean }) {
  const { t } = useTranslation()
  const spoken = useRef<HTMLMeterElement>(null)
  const heard = useRef<HTMLMeterElement>(null)
  useEffect(() => {
    const timer = window.setInterval(() => {
      const levels = phone.levels()
      if (spoken.current !== null) spoken.current.value = isMuted ? 0 : levels.spoken
      if (heard.current !== null) heard.current.value = levels.heard
    }, LOOK_MS)
    return () => {
      window.clearInterval(timer)
    }
  }, [isMuted])
  return (
    <div className="phone__levels">
      <meter ref={spoken} min={0} max={1} title={t('phone.level_spoken')} aria-label={t('phone.level_spoken')} />
      <meter ref={heard} min={0} max={1} title={t('phone.level_heard')} aria-label={t('phone.level_heard')} />
    </div>
  )
}
