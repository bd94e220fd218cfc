import { useTranslation } from '@/i18n/useTranslation'

import { asProblem } from '@/api/problem'
import type { Consent } from '@/api/queries/knowledge'
import { useReview } from '@/api/queries/knowledge'
import type { EntryDetail, RevisionDetail } from '@/api/types'
import { asksForConsent, DropPanel } from '@/features/knowledge-tests/DropPanel'
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
  const decide = (publication: Consent | null) => {
    review.mutate(
      { revisionId: waiting.id, publication },
      {
        onSuccess: () => {
          onShow(null)
        },
      },
    )
  }
  const problem = review.isError ? asProblem(review.error) : null
  if (problem !== null && asksForConsent(problem)) {
    return (
      <DropPanel
        problem={problem}
        stayLabel={t('review.not_now')}
        isPending={review.isPending}
        onPublish={decide}
        onStay={review.reset}
      />
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
              decide(null)
            }}
          >
            {t('review.turn_down')}
          </Button>
          <Button
            isSmall
            tone="primary"
            disabled={review.isPending}
            onClick={() => {
              decide({ ask_before_drop: true, override_reason: '' })
            }}
          >
            {t('review.publish')}
          </Button>
        </>
      }
    >
      {problem !== null
        ? problemText(t, problem)
        : t(waiting.id === entry.current.id ? 'review.waiting_first' : 'review.waiting', { number: waiting.number })}
    </Banner>
  )
}
