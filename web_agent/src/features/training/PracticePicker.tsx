import { useQuery } from '@tanstack/react-query'

import { practiceQuery } from '@/api/queries/training'
import type { LessonItem } from '@/api/types'
import { useTranslation } from '@/i18n/useTranslation'
import { Button } from '@/ui/Button'
import { clockTime } from '@/ui/format'
import { Failure, Loading } from '@/ui/states'

interface PracticePickerProps {
  callId: string
  onAdd: (item: LessonItem) => void
  newId: () => string
}

/** The turns of a call's caller, each with what was right then; a turn becomes an exercise, the call a role play. */
export function PracticePicker({ callId, onAdd, newId }: PracticePickerProps) {
  const { t } = useTranslation()
  const practice = useQuery(practiceQuery(callId))
  if (practice.isPending) return <Loading lines={4} />
  if (practice.isError) return <Failure error={practice.error} onRetry={practice.refetch} />
  const { turns, gold_category: category } = practice.data
  return (
    <div className="practice-picker">
      <Button
        isSmall
        onClick={() => {
          onAdd({ kind: 'role_play', id: newId(), call_id: callId, note: '' })
        }}
      >
        {t('lesson.add_role_play', { count: turns.length })}
      </Button>
      <ol className="clip__lines">
        {turns.map((turn) => (
          <li key={turn.number}>
            {clockTime(turn.start_ms)} {turn.text}{' '}
            <Button
              isSmall
              aria-label={t('lesson.add_exercise_named', { number: turn.number + 1 })}
              onClick={() => {
                const asks = (['card', 'fields', 'next_question'] as const).filter(
                  (part) => part !== 'card' || turn.gold_cards.length > 0,
                )
                onAdd({
                  kind: 'exercise',
                  id: newId(),
                  call_id: callId,
                  turn: turn.number,
                  asks: [...asks, ...(category === null ? [] : (['category'] as const))],
                  note: '',
                })
              }}
            >
              {t('lesson.add_exercise')}
            </Button>
            <div className="field__hint">
              {turn.gold_cards.length > 0 && `${t('practice.card')}: ${turn.gold_cards.join(', ')} `}
              {turn.gold_fields.length > 0 &&
                `${t('practice.fields')}: ${turn.gold_fields.map((field) => t(`practice.field_${field}`)).join(', ')}`}
            </div>
          </li>
        ))}
      </ol>
    </div>
  )
}
