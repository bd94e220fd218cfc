import { useTranslation } from '@/i18n/useTranslation'
import { Button } from '@/ui/Button'

import './OrderPrint.css'

/** Prints the order, or saves it as PDF in the browser's dialogue; the style sheet leaves out what is only for a screen. */
export function PrintButton() {
  const { t } = useTranslation()
  return (
    <Button
      onClick={() => {
        window.print()
      }}
    >
      {t('orders.print')}
    </Button>
  )
}
