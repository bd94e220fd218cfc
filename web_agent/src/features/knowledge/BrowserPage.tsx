import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { useTranslation } from '@/i18n/useTranslation'
import { Link, useParams } from 'react-router'

import { entryQuery } from '@/api/queries/knowledge'
import type { RevisionState } from '@/api/types'
import type { HitTestState } from '@/features/knowledge-tests/HitTestPage'
import { SearchBox } from '@/features/search/SearchBox'
import { useSearch } from '@/features/search/useSearch'
import { usePermission } from '@/features/session/useSession'
import { useShortcut } from '@/ui/shortcuts'
import { Kbd } from '@/ui/Kbd'
import { Empty, Failure, Loading } from '@/ui/states'
import { usePageTitle } from '@/ui/usePageTitle'

import type { Place } from './CategoryTree'
import { CategoryTree } from './CategoryTree'
import { EntryList } from './EntryList'
import { EntryPane } from './EntryPane'
import { FoundList } from './FoundList'
import { useGo } from '@/ui/useGo'

import '@/ui/ListPage.css'

const EVERYTHING: Place = { sector: null, situation: null }

/** Tree on the left, list in the middle, the entry on the right as the agent will see it. */
export function BrowserPage() {
  const { t } = useTranslation()
  const { entryId } = useParams()
  const [place, setPlace] = useState(EVERYTHING)
  const [status, setStatus] = useState<RevisionState | null>('published')
  const search = useSearch(null)
  usePageTitle(t('knowledge.nav'))
  return (
    <div className="browser">
      <CategoryTree place={place} onChange={setPlace} />
      <section className="panel browser__list" aria-label={t('knowledge.list')}>
        <div className="panel__head">
          <SearchBox search={search} placeholder={t('knowledge.search')} onEnterResults={focusFirstEntry} />
        </div>
        <Tools question={search.text} />
        {search.isActive ? (
          <FoundList search={search} chosen={entryId ?? null} />
        ) : (
          <EntryList place={place} status={status} onStatus={setStatus} chosen={entryId ?? null} />
        )}
      </section>
      <section className="panel browser__entry" aria-label={t('knowledge.entry')}>
        {entryId === undefined ? (
          <Empty title={t('knowledge.choose')} hint={t('knowledge.choose_hint')} />
        ) : (
          <Entry key={entryId} entryId={entryId} />
        )}
      </section>
    </div>
  )
}

/** For those who can change it: why the search found this, how the knowledge does in its own tests, and what is new. */
function Tools({ question }: { question: string }) {
  const { t } = useTranslation()
  const canEdit = usePermission('knowledge.edit')
  if (!canEdit) return null
  const state: HitTestState = { text: question }
  return (
    <div className="browser__tools">
      <Link to="/knowledge/hit-test" state={state}>
        {t('hit_test.title')}
      </Link>
      <Link to="/knowledge/tests">{t('tests.title')}</Link>
      <div className="browser__actions">
        <NewLinks />
      </div>
    </div>
  )
}

function focusFirstEntry(): void {
  document.querySelector<HTMLElement>('.entry-row')?.focus()
}

function NewLinks() {
  const { t } = useTranslation()
  const go = useGo()
  useShortcut({
    chord: 'A',
    group: 'lists',
    label: t('knowledge.new'),
    run: () => {
      go('/knowledge/new')
    },
  })
  useShortcut({
    chord: 'I',
    group: 'lists',
    label: t('import.title'),
    run: () => {
      go('/knowledge/import')
    },
  })
  return (
    <>
      <Link className="button" to="/knowledge/import" aria-keyshortcuts="I">
        {t('import.title')}
        <Kbd chord="I" />
      </Link>
      <Link className="button button--primary" to="/knowledge/new" aria-keyshortcuts="A">
        {t('knowledge.new')}
        <Kbd chord="A" />
      </Link>
    </>
  )
}

function Entry({ entryId }: { entryId: string }) {
  const entry = useQuery(entryQuery(entryId))
  if (entry.isPending) return <Loading lines={8} />
  if (entry.isError) return <Failure error={entry.error} onRetry={entry.refetch} />
  return <EntryPane entry={entry.data} />
}
