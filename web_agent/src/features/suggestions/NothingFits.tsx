import { useTranslation } from '@/i18n/useTranslation'

import type { Utterance } from '@/api/types'
import { Button } from '@/ui/Button'
import { writtenText } from '@/ui/written'

interface NothingFitsProps {
  /** What no entry answers; absent when it is not in the transcript. */
  utterance: Utterance | undefined
  /** Cards of earlier questions that stand folded behind it. */
  foldedCount: number
  onUnfold: () => void
}

/** The newest question has no answer here, and the cards of earlier ones do not pretend to be one. */
export function NothingFits({ utterance, foldedCount, onUnfold }: NothingFitsProps) {
  const { t } = useTranslation()
  return (
    <div className="nothing-fits" role="status">
      <p className="nothing-fits__title">{t('card.nothing_fits')}</p>
      {utterance !== undefined && (
        <p className="nothing-fits__said">{t('card.quoted', { text: writtenText(utterance) })}</p>
      )}
      <p className="nothing-fits__hint">{t('card.nothing_fits_hint')}</p>
      {foldedCount > 0 && (
        <Button isSmall tone="quiet" onClick={onUnfold}>
          {t('card.unfold', { count: foldedCount })}
        </Button>
      )}
    </div>
  )
}
