import { useEffect } from 'react'
import { useTranslation } from '@/i18n/useTranslation'

/** The name of the browser tab; pages are told apart by it when several calls are open. */
export function usePageTitle(title: string): void {
  const { t } = useTranslation()
  useEffect(() => {
    document.title = title === '' ? t('app.name') : `${title} · ${t('app.name')}`
  }, [title, t])
}
