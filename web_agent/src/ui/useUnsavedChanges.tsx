import { useEffect } from 'react'
import { useTranslation } from '@/i18n/useTranslation'
import { useBlocker } from 'react-router'

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
