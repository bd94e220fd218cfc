import { useState } from 'react'

import type { CardPushed } from '@/api/types'
import { useTranslation } from '@/i18n/useTranslation'
import { Button } from '@/ui/Button'

/** Cards that a supervisor put before the agent, with the name of who did; each can be put away. */
export function PushedCards({
  cards,
  onOpenSource,
}: {
  cards: readonly CardPushed[]
  onOpenSource: (id: string) => void
}) {
  const { t } = useTranslation()
  const [closed, setClosed] = useState<readonly string[]>([])
  const shown = cards.filter((card) => !closed.includes(card.push_id))
  return shown.map((card) => (
    <article key={card.push_id} className="pushed-card" aria-label={card.title}>
      <header className="pushed-card__head">
        <span className="tag tag--accent">{t('floor.pushed_title', { name: card.pushed_by })}</span>
        <h3>{card.title}</h3>
        <Button
          isSmall
          tone="quiet"
          onClick={() => {
            onOpenSource(card.entry_id)
          }}
        >
          {t('card.source')}
        </Button>
        <Button
          isSmall
          tone="quiet"
          onClick={() => {
            setClosed([...closed, card.push_id])
          }}
        >
          {t('common.close')}
        </Button>
      </header>
      <p className="pushed-card__script">{card.script}</p>
    </article>
  ))
}
