import type { KeyboardEvent } from 'react'
import { useState } from 'react'

import { asProblem } from '@/api/problem'
import { useFlag } from '@/api/queries/curation'
import type { Card, FlagReason } from '@/api/types'
import { problemText } from '@/i18n/problemText'
import { useTranslation } from '@/i18n/useTranslation'
import { Button } from '@/ui/Button'
import { useShortcut } from '@/ui/shortcuts'

import './Curation.css'

const REASONS: readonly { reason: FlagReason; chord: string; needsCard: boolean }[] = [
  { reason: 'missing', chord: 'M', needsCard: false },
  { reason: 'wrong', chord: 'W', needsCard: true },
  { reason: 'outdated', chord: 'O', needsCard: true },
  { reason: 'unclear', chord: 'U', needsCard: true },
]

/** Two keys tell the curators: F, then what is the matter with the open card, or that there is no answer at all. */
export function FlagMenu({ callId, card }: { callId: string; card: Card | null }) {
  const { t } = useTranslation()
  const [isOpen, setIsOpen] = useState(false)
  const flag = useFlag(callId)
  const open = () => {
    flag.reset()
    setIsOpen(true)
  }
  useShortcut({ chord: 'F', group: 'cards', label: t('curation.flag'), run: open, isEnabled: !flag.isPending })
  const send = (reason: FlagReason) => {
    setIsOpen(false)
    flag.mutate({ reason, suggestion_id: reason === 'missing' ? null : (card?.suggestion_id ?? null) })
  }
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key === 'Escape') {
      event.stopPropagation()
      setIsOpen(false)
    }
  }
  return (
    // eslint-disable-next-line jsx-a11y/no-static-element-interactions -- rejected: Escape of the buttons inside bubbles to here.
    <span className="flag" onKeyDown={onKeyDown}>
      {isOpen ? (
        <>
          {REASONS.filter(({ needsCard }) => card !== null || !needsCard).map(({ reason, chord }) => (
            <FlagKey
              key={reason}
              chord={chord}
              label={t(`curation.flag_${reason}`)}
              onPress={() => {
                send(reason)
              }}
            />
          ))}
          <FlagKey
            chord="Escape"
            label={t('common.cancel')}
            onPress={() => {
              setIsOpen(false)
            }}
          />
        </>
      ) : (
        <Button isSmall tone="quiet" chord="F" disabled={flag.isPending} onClick={open}>
          {t('curation.flag')}
        </Button>
      )}
      <span role="status" className="field__hint">
        {flag.isSuccess && t('curation.flagged')}
        {flag.isError && problemText(t, asProblem(flag.error))}
      </span>
    </span>
  )
}

/** Its shortcut is younger than those of the cards, so it has the key while the menu is open. */
function FlagKey({ chord, label, onPress }: { chord: string; label: string; onPress: () => void }) {
  useShortcut({ chord, group: 'cards', label, run: onPress })
  return (
    <Button isSmall chord={chord} onClick={onPress}>
      {label}
    </Button>
  )
}
