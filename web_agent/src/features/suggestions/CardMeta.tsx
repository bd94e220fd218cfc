import { usePathNames } from '@/features/category/useCategoryNames'
import { useTranslation } from '@/i18n/useTranslation'
import { today } from '@/ui/format'

import type { CardContent } from './content'

/** Revision, review date and place in the classification; an entry past its last day says so. */
export function CardMeta({ content }: { content: CardContent }) {
  const { t } = useTranslation()
  const pathNames = usePathNames()
  const isExpired = content.valid_until !== null && content.valid_until < today()
  return (
    <p className="card__meta">
      <span>{t('card.revision', { number: content.revision_number })}</span>
      <span>
        {content.reviewed_on === null ? t('card.never_reviewed') : t('card.reviewed', { date: content.reviewed_on })}
      </span>
      {content.valid_until !== null && (
        <span className={isExpired ? 'tag tag--waiting' : ''}>
          {t(isExpired ? 'card.expired' : 'card.valid_until', { date: content.valid_until })}
        </span>
      )}
      <span className="card__path">{pathNames(content.category_path).join(' › ')}</span>
    </p>
  )
}
