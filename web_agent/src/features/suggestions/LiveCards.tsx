import type { ReactNode } from 'react'
import { useState } from 'react'
import { useTranslation } from '@/i18n/useTranslation'

import type { CallState, Card, SuggestionList, Utterance } from '@/api/types'
import type { Help } from '@/features/new-hires/useHelp'
import { Button } from '@/ui/Button'
import { useShortcut } from '@/ui/shortcuts'
import { Banner, Empty } from '@/ui/states'
import { isOver } from '@/realtime/callStates'

import type { CardDeeds } from './CardItem'
import { CardItem } from './CardItem'
import { CaseList } from './CaseList'
import { reasonsOf } from './evidence'
import { NothingFits } from './NothingFits'
import { inPlaces } from './ordering'
import type { GivenVerdict } from './UndoToast'
import { UndoToast } from './UndoToast'
import type { CardBoard } from './useCardBoard'
import { isSettled } from './useCardBoard'

interface LiveCardsProps {
  board: CardBoard
  callId: string
  callState: CallState
  utterances: readonly Utterance[]
  deeds: CardDeeds
  /** What a new hire sees more. */
  help?: Help
}

/** At most three cards and the cases beside them; new ones wait behind a chip while the list is being read. */
export function LiveCards(props: LiveCardsProps) {
  const { callId, deeds } = props
  const [given, setGiven] = useState<GivenVerdict | null>(null)
  return (
    <>
      <CardList {...props} onGiven={setGiven} />
      {given !== null && (
        <UndoToast
          key={`${given.suggestionId} ${given.verdict}`}
          callId={callId}
          given={given}
          onUndone={deeds.onFeedback}
          onClose={() => {
            setGiven(null)
          }}
        />
      )}
    </>
  )
}

function CardList({
  board,
  callId,
  callState,
  utterances,
  deeds,
  help,
  onGiven,
}: LiveCardsProps & { onGiven: (given: GivenVerdict) => void }) {
  const { t } = useTranslation()
  const { shown, newCount, showNew, openCard, withheld } = board
  useShortcut({ chord: 'N', group: 'cards', label: t('card.show_new'), run: showNew, isEnabled: newCount > 0 })
  const nothingFits = withheld !== null && !isOver(callState) && (
    <NothingFits
      utterance={utterances.find((utterance) => utterance.segment_id === withheld.trigger_segment_id)}
      foldedCount={board.isFolded ? shown.cards.length : 0}
      onUnfold={board.unfold}
    />
  )
  if (shown.cards.length === 0 && shown.cases.length === 0)
    return nothingFits === false ? <NoCards callState={callState} searchState={shown.search_state} /> : nothingFits
  return (
    <div className="live-cards" {...board.listProps}>
      {shown.search_state === 'local' && <Banner tone="waiting">{t('search.local')}</Banner>}
      {newCount > 0 && (
        <Button className="live-cards__new" tone="primary" isSmall chord="N" onClick={showNew}>
          {t('card.new', { count: newCount })}
        </Button>
      )}
      {nothingFits}
      {inPlaces(shown.cards).map(({ card, number }) => (
        <LiveCard key={card.entry_id} card={card} number={number} board={board}>
          {!board.isFolded && (
            <CardItem
              card={card}
              callId={callId}
              isOpen={card.entry_id === openCard?.entry_id}
              chord={String(number)}
              reasons={reasonsOf(card, utterances)}
              verdict={board.verdicts.get(card.suggestion_id)}
              spoken={board.spoken.get(card.suggestion_id)}
              deeds={deeds}
              {...(help !== undefined && { help })}
              onOpen={() => {
                board.openEntry(card.entry_id)
              }}
              onVerdict={({ verdict }) => {
                if (verdict !== 'withdrawn') onGiven({ suggestionId: card.suggestion_id, title: card.title, verdict })
                if (isSettled(verdict)) board.openEntry(null)
              }}
            />
          )}
        </LiveCard>
      ))}
      {!board.isFolded && <CaseList cases={shown.cases} />}
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
  if (isOver(callState)) return <Empty title={t('card.none_ended')} hint={t('card.none_ended_hint')} />
  return <Empty title={t('card.none')} hint={t('card.none_hint')} />
}
