import type { ReactNode } from 'react'
import { useTranslation } from '@/i18n/useTranslation'

import type { CallState, Card, SuggestionList, Utterance } from '@/api/types'
import { Button } from '@/ui/Button'
import { useShortcut } from '@/ui/shortcuts'
import { Banner, Empty } from '@/ui/states'

import type { CardDeeds } from './CardItem'
import { CardItem } from './CardItem'
import { CaseList } from './CaseList'
import { reasonsOf } from './evidence'
import type { CardBoard } from './useCardBoard'

interface LiveCardsProps {
  board: CardBoard
  callId: string
  callState: CallState
  utterances: readonly Utterance[]
  deeds: CardDeeds
}

/** At most three cards and the cases beside them; new ones wait behind a chip while the list is being read. */
export function LiveCards({ board, callId, callState, utterances, deeds }: LiveCardsProps) {
  const { t } = useTranslation()
  const { shown, newCount, showNew, openCard } = board
  useShortcut({ chord: 'N', group: 'cards', label: t('card.show_new'), run: showNew, isEnabled: newCount > 0 })
  if (shown.cards.length === 0 && shown.cases.length === 0)
    return <NoCards callState={callState} searchState={shown.search_state} />
  return (
    <div className="live-cards" {...board.listProps}>
      {shown.search_state === 'local' && <Banner tone="waiting">{t('search.local')}</Banner>}
      {newCount > 0 && (
        <Button className="live-cards__new" tone="primary" isSmall chord="N" onClick={showNew}>
          {t('card.new', { count: newCount })}
        </Button>
      )}
      {shown.cards.map((card, index) => (
        <LiveCard key={card.entry_id} card={card} number={index + 1} board={board}>
          <CardItem
            card={card}
            callId={callId}
            isOpen={card === openCard}
            chord={String(index + 1)}
            reasons={reasonsOf(card, utterances)}
            verdict={board.verdicts.get(card.suggestion_id)}
            deeds={deeds}
            onOpen={() => {
              board.openEntry(card.entry_id)
            }}
            onSettled={() => {
              board.openEntry(null)
            }}
          />
        </LiveCard>
      ))}
      <CaseList cases={shown.cases} />
    </div>
  )
}

/** Opens by its number and takes the focus, so that the list stays still while it is read. */
function LiveCard({
  card,
  number,
  board,
  children,
}: {
  card: Card
  number: number
  board: CardBoard
  children: ReactNode
}) {
  const open = () => {
    board.openEntry(card.entry_id)
    document.getElementById(`card-${card.entry_id}`)?.focus()
  }
  useShortcut({ chord: String(number), group: 'cards', label: card.title, run: open })
  return children
}

function NoCards({ callState, searchState }: { callState: CallState; searchState: SuggestionList['search_state'] }) {
  const { t } = useTranslation()
  if (searchState === 'unavailable') return <Empty title={t('search.unavailable')} hint={t('card.none_search')} />
  if (callState === 'ended') return <Empty title={t('card.none_ended')} hint={t('card.none_ended_hint')} />
  return <Empty title={t('card.none')} hint={t('card.none_hint')} />
}
