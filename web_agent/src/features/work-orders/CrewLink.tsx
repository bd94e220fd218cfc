import { asProblem } from '@/api/problem'
import { useCrewLink } from '@/api/queries/orders'
import { problemText } from '@/i18n/problemText'
import { useTranslation } from '@/i18n/useTranslation'
import { Button } from '@/ui/Button'
import { localTime } from '@/ui/format'
import { Banner } from '@/ui/states'
import { useCopy } from '@/ui/useCopy'

/** Makes the link by which a crew works on the order without an account. */
export function CrewLink({ orderId }: { orderId: string }) {
  const { t } = useTranslation()
  const link = useCrewLink(orderId)
  const address = link.isSuccess ? `${window.location.origin}${link.data.path}` : ''
  const { copy, isCopied } = useCopy(address)
  return (
    <div className="order__link">
      <Button
        disabled={link.isPending}
        onClick={() => {
          link.mutate()
        }}
      >
        {t('orders.crew_link')}
      </Button>
      {link.isError && <Banner tone="problem">{problemText(t, asProblem(link.error))}</Banner>}
      {link.isSuccess && (
        <>
          <label className="field">
            <span className="field__label">{t('orders.crew_link_text', { at: localTime(link.data.expires_at) })}</span>
            <input className="input" readOnly value={address} />
          </label>
          <Button onClick={copy}>{t(isCopied ? 'orders.copied' : 'orders.copy')}</Button>
        </>
      )}
    </div>
  )
}
