import { useEffect } from 'react'
import { useTranslation } from '@/i18n/useTranslation'

import { useGiveFeedback } from '@/api/queries/calls'
import type { FeedbackRecorded, Verdict } from '@/api/types'
import { Button } from '@/ui/Button'
import { useShortcut } from '@/ui/shortcuts'

/** How long a verdict can be taken back from here; the card itself takes another one at any time. */
const SHOWN_MS = 10_000

export interface GivenVerdict {
  suggestionId: string
  title: string
  verdict: Exclude<Verdict, 'withdrawn'>
}

interface UndoToastProps {
  callId: string
  given: GivenVerdict
  onUndone: (recorded: FeedbackRecorded) => void
  onClose: () => void
}

/** Says which card got which verdict, and takes it back by one key. Give it a `key` of the verdict. */
export function UndoToast({ callId, given, onUndone, onClose }: UndoToastProps) {
  const { t } = useTranslation()
  const feedback = useGiveFeedback(callId)
  const undo = () => {
    feedback.mutate(
      { suggestionId: given.suggestionId, verdict: 'withdrawn', note: '' },
      {
        onSuccess: (recorded) => {
          onUndone(recorded)
          onClose()
        },
      },
    )
  }
  useShortcut({ chord: 'Z', group: 'cards', label: t('card.undo'), run: undo, isEnabled: !feedback.isPending })
  useEffect(() => {
    const timer = setTimeout(onClose, SHOWN_MS)
    return () => {
      clearTimeout(timer)
    }
    // eslint-disable-next-line react-hooks/exhaustive-deps -- rejected: the time runs once, from when it appears.
  }, [])
  return (
    <div className="undo-toast" role="status">
      <span className="undo-toast__text">
        {t(`card.given_${given.verdict}`, { title: given.title })}
        {feedback.isError && ` ${t('card.feedback_failed')}`}
      </span>
      <Button isSmall chord="Z" disabled={feedback.isPending} onClick={undo}>
        {t('card.undo')}
      </Button>
    </div>
  )
}
