import type { KeyboardEvent } from 'react'
import { useRef, useState } from 'react'

import { Outcomes } from '@/features/suggestions/Outcomes'
import type { CardDeeds } from '@/features/suggestions/CardItem'
import { CardView } from '@/features/suggestions/CardView'
import { CaseList } from '@/features/suggestions/CaseList'
import { CopyScript, OpenSource } from '@/features/suggestions/ScriptActions'
import { fieldMarks } from '@/features/suggestions/evidence'
import { ConfidenceBar } from '@/ui/ConfidenceBar'
import { isComposing } from '@/ui/keys'

import { SearchSummary } from './SearchSummary'
import type { Search } from './useSearch'

interface SearchResultsProps {
  search: Search
  deeds: CardDeeds
  onLeave: () => void
}

/** Results in the form of the live cards. Arrows walk, Enter opens, Escape goes back to the live cards. */
export function SearchResults({ search, deeds, onLeave }: SearchResultsProps) {
  const list = useRef<HTMLDivElement>(null)
  const [asked, setAsked] = useState<string | null>(null)
  const cards = search.answer?.cards ?? []
  const openCard = cards.find((card) => card.entry_id === asked) ?? cards[0]

  const onKeyDown = (event: KeyboardEvent) => {
    if (isComposing(event.nativeEvent) || event.target instanceof HTMLInputElement) return
    if (event.key === 'Escape') onLeave()
    if (event.key === 'ArrowDown' || event.key === 'ArrowUp') {
      event.preventDefault()
      walk(list.current, event.key === 'ArrowDown' ? 1 : -1)
    }
  }
  return (
    // eslint-disable-next-line jsx-a11y/no-static-element-interactions -- rejected: the keys of the controls inside bubble to here.
    <div className="live-cards" ref={list} onKeyDown={onKeyDown}>
      <SearchSummary search={search} />
      {cards.map((card) => (
        <CardView
          key={card.entry_id}
          content={card}
          isOpen={card === openCard}
          titleMarks={fieldMarks(card, 'title')}
          folded={card.folded}
          aside={
            <>
              <Outcomes entryId={card.entry_id} />
              <ConfidenceBar confidence={card.confidence} />
            </>
          }
          actions={
            <>
              <CopyScript script={card.script} />
              <OpenSource entryId={card.entry_id} onOpen={deeds.onOpenSource} />
            </>
          }
          onOpen={() => {
            setAsked(card.entry_id)
          }}
        />
      ))}
      <CaseList cases={search.answer?.cases ?? []} />
    </div>
  )
}

/** Moves the focus over everything that opens: cards and cases. */
export function walk(list: HTMLElement | null, step: 1 | -1): void {
  const stops = [...(list?.querySelectorAll<HTMLElement>('.card__opener, .cases__item > summary') ?? [])]
  const at = stops.findIndex((stop) => stop === document.activeElement || stop.contains(document.activeElement))
  stops.at(Math.min(stops.length - 1, Math.max(0, at + step)))?.focus()
}
