import { useTranslation } from '@/i18n/useTranslation'

import { asProblem } from '@/api/problem'
import { useReview } from '@/api/queries/knowledge'
import type { EntryDetail, RevisionDetail } from '@/api/types'
import { problemText } from '@/i18n/problemText'
import { Button } from '@/ui/Button'
import { Banner } from '@/ui/states'

interface ReviewBarProps {
  entry: EntryDetail
  revisions: readonly RevisionDetail[]
  onShow: (revision: RevisionDetail | null) => void
}

/** A text that waits for somebody to look at it: publish it or turn it down. */
export function ReviewBar({ entry, revisions, onShow }: ReviewBarProps) {
  const { t } = useTranslation()
  const review = useReview(entry.id)
  const waiting = revisions.find((revision) => revision.state === 'in_review')
  if (waiting === undefined) return null
  const decide = (decision: 'publish' | 'turn_down') => {
    review.mutate(
      { revisionId: waiting.id, decision },
      {
        onSuccess: () => {
          onShow(null)
        },
      },
    )
  }
  return (
    <Banner
      tone="waiting"
      action={
        <>
          {waiting.id !== entry.current.id && (
            <Button
              isSmall
              onClick={() => {
                onShow(waiting)
              }}
            >
              {t('review.show')}
            </Button>
          )}
          <Button
            isSmall
            tone="quiet"
            disabled={review.isPending}
            onClick={() => {
              decide('turn_down')
            }}
          >
            {t('review.turn_down')}
          </Button>
          <Button
            isSmall
            tone="primary"
            disabled={review.isPending}
            onClick={() => {
              decide('publish')
            }}
          >
            {t('review.publish')}
          </Button>
        </>
      }
    >
      {review.isError
        ? problemText(t, asProblem(review.error))
        : t(waiting.id === entry.current.id ? 'review.waiting_first' : 'review.waiting', { number: waiting.number })}
    </Banner>
  )
}
