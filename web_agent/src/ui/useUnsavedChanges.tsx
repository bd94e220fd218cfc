import { useEffect, useState } from 'react'
import { useTranslation } from '@/i18n/useTranslation'
import { useBlocker, useNavigate } from 'react-router'

import { Button } from '@/ui/Button'
import { Banner } from '@/ui/states'

/** Text that has not been saved is not lost by a stray key: leaving asks first. */
export function useUnsavedChanges(isDirty: boolean) {
  const { t } = useTranslation()
  const blocker = useBlocker(isDirty)
  useEffect(() => {
    if (!isDirty) return
    const ask = (event: BeforeUnloadEvent) => {
      event.preventDefault()
    }
    window.addEventListener('beforeunload', ask)
    return () => {
      window.removeEventListener('beforeunload', ask)
    }
  }, [isDirty])
  if (blocker.state !== 'blocked') return null
  return (
    <Banner
      tone="waiting"
      action={
        <>
          <Button
            isSmall
            onClick={() => {
              blocker.reset()
            }}
          >
            {t('editor.stay')}
          </Button>{' '}
          <Button
            isSmall
            onClick={() => {
              blocker.proceed()
            }}
          >
            {t('editor.leave')}
          </Button>
        </>
      }
    >
      {t('editor.unsaved')}
    </Banner>
  )
}

/**
 * Goes to another page once nothing is unsaved. Called after `useUnsavedChanges`, so that its guard has seen the clean
 * form before: a timer may be faster than the render on a busy machine, and then the guard stops what was saved.
 */
export function useLeaving(isDirty: boolean): (to: string) => void {
  const navigate = useNavigate()
  const [wanted, setWanted] = useState<string | null>(null)
  useEffect(() => {
    if (wanted !== null && !isDirty) void navigate(wanted)
  }, [wanted, isDirty, navigate])
  return setWanted
}
