import { useState } from 'react'

import type { AttemptOutcome, DialOutcome } from '@/api/types'
import { useTranslation } from '@/i18n/useTranslation'
import { Button } from '@/ui/Button'
import { useShortcut } from '@/ui/shortcuts'

const OUTCOMES: readonly DialOutcome[] = ['reached', 'no_answer', 'busy', 'wrong_number', 'not_wanted']

interface AttemptFormProps {
  isPending: boolean
  onGive: (given: AttemptOutcome) => void
}

/** What came of an attempt: one key each, with a note where there is something to say. */
export function AttemptForm({ isPending, onGive }: AttemptFormProps) {
  const { t } = useTranslation()
  const [note, setNote] = useState('')
  return (
    <div className="callbacks__attempt">
      <input
        className="input"
        aria-label={t('callbacks.note')}
        placeholder={t('callbacks.note')}
        maxLength={500}
        value={note}
        onChange={(event) => {
          setNote(event.target.value)
        }}
      />
      <span role="group" aria-label={t('callbacks.outcome')} className="callbacks__deeds">
        {OUTCOMES.map((outcome, place) => (
          <OutcomeButton
            key={outcome}
            outcome={outcome}
            chord={String(place + 1)}
            isPending={isPending}
            onGive={() => {
              onGive({ outcome, note })
            }}
          />
        ))}
      </span>
    </div>
  )
}

interface OutcomeButtonProps {
  outcome: DialOutcome
  chord: string
  isPending: boolean
  onGive: () => void
}

function OutcomeButton({ outcome, chord, isPending, onGive }: OutcomeButtonProps) {
  const { t } = useTranslation()
  const label = t(`callbacks.outcome_${outcome}`)
  useShortcut({ chord, group: 'lists', label, run: onGive, isEnabled: !isPending })
  return (
    <Button isSmall chord={chord} disabled={isPending} onClick={onGive}>
      {label}
    </Button>
  )
}
