import type { SyntheticEvent, KeyboardEvent } from 'react'
import { useState } from 'react'
import { useTranslation } from '@/i18n/useTranslation'

import { asProblem } from '@/api/problem'
import type { Verdict } from '@/api/types'
import { problemText } from '@/i18n/problemText'
import { Button } from '@/ui/Button'
import { isComposing } from '@/ui/keys'
import { useShortcut } from '@/ui/shortcuts'

interface FeedbackActionsProps {
  verdict: Verdict | null
  isPending: boolean
  error: unknown
  onVerdict: (verdict: Verdict, note: string) => void
}

/** Used, dismissed or wrong, each one key; another verdict replaces the first. */
export function FeedbackActions({ verdict, isPending, error, onVerdict }: FeedbackActionsProps) {
  const { t } = useTranslation()
  const [isExplaining, setIsExplaining] = useState(false)
  const choices = [
    {
      verdict: 'used',
      chord: 'U',
      run: () => {
        onVerdict('used', '')
      },
    },
    {
      verdict: 'dismissed',
      chord: 'D',
      run: () => {
        onVerdict('dismissed', '')
      },
    },
    {
      verdict: 'wrong',
      chord: 'W',
      run: () => {
        setIsExplaining(true)
      },
    },
  ] as const
  return (
    <>
      {choices.map((choice) => (
        <VerdictButton
          key={choice.verdict}
          label={t(`card.verdict_${choice.verdict}`)}
          chord={choice.chord}
          isChosen={verdict === choice.verdict}
          isPending={isPending}
          onPress={choice.run}
        />
      ))}
      {isExplaining && (
        <WrongNote
          onClose={() => {
            setIsExplaining(false)
          }}
          onSend={(note) => {
            setIsExplaining(false)
            onVerdict('wrong', note)
          }}
        />
      )}
      {error !== null && (
        <span className="field__error" role="alert">
          {t('card.feedback_failed')} {problemText(t, asProblem(error))}
        </span>
      )}
    </>
  )
}

interface VerdictButtonProps {
  label: string
  chord: string
  isChosen: boolean
  isPending: boolean
  onPress: () => void
}

function VerdictButton({ label, chord, isChosen, isPending, onPress }: VerdictButtonProps) {
  useShortcut({ chord, group: 'cards', label, run: onPress, isEnabled: !isPending })
  return (
    <Button isSmall chord={chord} aria-pressed={isChosen} disabled={isPending} onClick={onPress}>
      {label}
    </Button>
  )
}

function WrongNote({ onSend, onClose }: { onSend: (note: string) => void; onClose: () => void }) {
  const { t } = useTranslation()
  const [note, setNote] = useState('')
  const submit = (event: SyntheticEvent) => {
    event.preventDefault()
    onSend(note.trim())
  }
  const onKeyDown = (event: KeyboardEvent) => {
    if (isComposing(event.nativeEvent)) return
    if (event.key === 'Escape') {
      event.stopPropagation()
      onClose()
    }
  }
  return (
    <form className="wrong-note" onSubmit={submit}>
      <input
        className="input"
        aria-label={t('card.wrong_note')}
        placeholder={t('card.wrong_note')}
        maxLength={1000}
        value={note}
        // eslint-disable-next-line jsx-a11y/no-autofocus -- rejected: the person has just asked for this field by key.
        autoFocus
        onKeyDown={onKeyDown}
        onChange={(event) => {
          setNote(event.target.value)
        }}
      />
      <Button type="submit" tone="primary" isSmall chord="Enter">
        {t('card.wrong_send')}
      </Button>
    </form>
  )
}
