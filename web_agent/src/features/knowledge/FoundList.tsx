import { type Translate, useTranslation } from '@/i18n/useTranslation'

import type { FoundEntry } from '@/api/types'
import { usePathNames } from '@/features/category/useCategoryNames'
import { SearchSummary } from '@/features/search/SearchSummary'
import type { Search } from '@/features/search/useSearch'
import { fieldMarks } from '@/features/suggestions/evidence'
import { Folded } from '@/features/suggestions/Folded'
import { ConfidenceBar } from '@/ui/ConfidenceBar'
import { Marked } from '@/ui/Marked'

import { walkRows } from '@/ui/rows'

import { EntryRow } from './EntryRow'

/** The same search as the cards, with the parts of the score that say why. */
export function FoundList({ search, chosen }: { search: Search; chosen: string | null }) {
  return (
    // eslint-disable-next-line jsx-a11y/no-static-element-interactions -- rejected: the keys of the links inside bubble to here.
    <div className="browser__rows" onKeyDown={walkRows}>
      <div className="browser__filter">
        <SearchSummary search={search} />
      </div>
      {search.answer?.cards.map((entry) => (
        <div key={entry.entry_id} className="found">
          <FoundRow entry={entry} isChosen={entry.entry_id === chosen} />
          <Folded documents={entry.folded} addressOf={(id) => `/knowledge/${id}`} />
        </div>
      ))}
    </div>
  )
}

function FoundRow({ entry, isChosen }: { entry: FoundEntry; isChosen: boolean }) {
  const { t } = useTranslation()
  const pathNames = usePathNames()
  const parts = Object.entries(entry.score_parts).map(([name, value]) => `${partName(t, name)} ${value.toFixed(2)}`)
  return (
    <EntryRow
      entryId={entry.entry_id}
      isChosen={isChosen}
      title={<Marked text={entry.title} marks={fieldMarks(entry, 'title')} />}
      aside={<ConfidenceBar confidence={entry.confidence} />}
      facts={[pathNames(entry.category_path).slice(0, 3).join(' › '), parts.join(' ')]}
    />
  )
}

const PARTS = ['words', 'bigrams', 'pinyin', 'vector', 'title', 'variants', 'initials', 'reranker'] as const

function partName(t: Translate, name: string): string {
  const part = PARTS.find((known) => known === name)
  return part === undefined ? name : t(`search.part_${part}`)
}
