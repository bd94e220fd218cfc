import { useTranslation } from '@/i18n/useTranslation'
import { Button } from '@/ui/Button'
import { Banner } from '@/ui/states'
import { useCopy } from '@/ui/useCopy'

/** A secret that the server shows this one time. */
export function Secret({ value }: { value: string }) {
  const { t } = useTranslation()
  const { copy, isCopied } = useCopy(value)
  return (
    <Banner
      tone="waiting"
      action={<Button onClick={copy}>{t(isCopied ? 'integrations.copied' : 'integrations.copy')}</Button>}
    >
      {t('integrations.created_secret')} <code className="integrations__secret">{value}</code>
    </Banner>
  )
}
