import { useRef } from 'react'
import { useTranslation } from '@/i18n/useTranslation'

import type { CallInfo, CardPushed, Utterance } from '@/api/types'
import { FlagMenu } from '@/features/curation/FlagMenu'
import type { Help } from '@/features/new-hires/useHelp'
import { SearchBox } from '@/features/search/SearchBox'
import { SearchResults, walk } from '@/features/search/SearchResults'
import type { Search } from '@/features/search/useSearch'
import { usePermission } from '@/features/session/useSession'
import type { CardDeeds } from '@/features/suggestions/CardItem'
import { LiveCards } from '@/features/suggestions/LiveCards'
import type { CardBoard } from '@/features/suggestions/useCardBoard'

import { PushedCards } from './PushedCards'

interface MiddleColumnProps {
  board: CardBoard
  search: Search
  call: CallInfo
  utterances: readonly Utterance[]
  deeds: CardDeeds
  pushed: readonly CardPushed[]
  /** What a new hire sees more. */
  help: Help
}

/** What to say: the cards of the call, or the results of a typed search in the same form. */
export function MiddleColumn({ board, search, call, utterances, deeds, pushed, help }: MiddleColumnProps) {
  const { t } = useTranslation()
  const canFlag = usePermission('suggestions.give_feedback')
  const results = useRef<HTMLDivElement>(null)
  return (
    <section className="panel desk__middle" aria-labelledby="cards-title">
      <div className="panel__head">
        <h2 id="cards-title" className="panel__title">
          {search.isActive ? t('search.title') : t('card.title')}
        </h2>
        <SearchBox
          search={search}
          placeholder={t('search.placeholder')}
          onEnterResults={() => {
            walk(results.current, 1)
          }}
        />
      </div>
      {/* eslint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- rejected: a scrolling region must be reachable by keyboard. */}
      <div className="desk__cards" ref={results} tabIndex={0} role="group" aria-labelledby="cards-title">
        <PushedCards cards={pushed} onOpenSource={deeds.onOpenSource} />
        {search.isActive ? (
          <SearchResults
            search={search}
            deeds={deeds}
            onLeave={() => {
              search.setText('')
            }}
          />
        ) : (
          <>
            {canFlag && <FlagMenu callId={call.id} card={board.openCard} />}
            <LiveCards
              board={board}
              callId={call.id}
              callState={call.state}
              utterances={utterances}
              deeds={deeds}
              help={help}
            />
          </>
        )}
      </div>
    </section>
  )
}
