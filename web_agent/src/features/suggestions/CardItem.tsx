import { useTranslation } from '@/i18n/useTranslation'

import { useGiveFeedback } from '@/api/queries/calls'
import type { Card, CardSpoken, FeedbackRecorded, Verdict } from '@/api/types'
import { Outcomes } from './Outcomes'
import type { Help } from '@/features/new-hires/useHelp'
import { ConfidenceBar } from '@/ui/ConfidenceBar'

import { CardView } from './CardView'
import type { Reason } from './evidence'
import { fieldMarks } from './evidence'
import { FeedbackActions } from './FeedbackActions'
import { CopyScript, OpenSource } from './ScriptActions'
import { isSettled } from './useCardBoard'

export interface CardDeeds {
  onOpenSource: (entryId: string) => void
  onFeedback: (feedback: FeedbackRecorded) => void
  onReason: (reason: Reason) => void
}

interface CardItemProps {
  card: Card
  callId: string
  isOpen: boolean
  chord?: string
  reasons: readonly Reason[]
  verdict: Verdict | undefined
  /** What of the card the agent has said. */
  spoken?: CardSpoken | undefined
  deeds: CardDeeds
  /** What a new hire sees more. */
  help?: Help
  onOpen: () => void
  /** Called when a verdict was stored. */
  onVerdict?: (recorded: FeedbackRecorded) => void
}

/** A suggested card with everything that can be done with it; keys work on the open one. */
export function CardItem(props: CardItemProps) {
  const { card, isOpen, chord, reasons, verdict, spoken, deeds, help, onOpen } = props
  const { t } = useTranslation()
  return (
    <CardView
      id={`card-${card.entry_id}`}
      content={card}
      isOpen={isOpen}
      {...(chord !== undefined && { chord })}
      titleMarks={fieldMarks(card, 'title')}
      {...(spoken !== undefined && { spoken })}
      showsSteps={help?.steps ?? false}
      showsDetails={help?.details ?? false}
      reasons={reasons}
      folded={card.folded}
      isSettled={isSettled(verdict)}
      onOpen={onOpen}
      onReason={deeds.onReason}
      aside={
        <>
          {card.is_new && verdict === undefined && <span className="tag tag--accent">{t('card.is_new')}</span>}
          {spoken?.is_finished === true && <span className="tag">✓ {t('card.finished')}</span>}
          {verdict !== undefined && verdict !== 'withdrawn' && (
            <span className="tag tag--accent">{t(`card.verdict_done_${verdict}`)}</span>
          )}
          <Outcomes entryId={card.entry_id} />
          <ConfidenceBar confidence={card.confidence} />
        </>
      }
      actions={isOpen && <CardActions {...props} />}
    />
  )
}

function CardActions({ card, callId, verdict, deeds, onVerdict }: CardItemProps) {
  const feedback = useGiveFeedback(callId)
  const give = (next: Verdict, note: string) => {
    // The socket may tell of the verdict first and close the card: a callback of `mutate` would then never be called.
    feedback.mutateAsync({ suggestionId: card.suggestion_id, verdict: next, note }).then(
      (recorded) => {
        deeds.onFeedback(recorded)
        onVerdict?.(recorded)
      },
      () => undefined, // shown by `feedback.error`
    )
  }
  return (
    <>
      <CopyScript script={card.script} />
      <FeedbackActions
        verdict={verdict ?? null}
        isPending={feedback.isPending}
        error={feedback.error}
        onVerdict={give}
      />
      <OpenSource entryId={card.entry_id} onOpen={deeds.onOpenSource} />
    </>
  )
}
