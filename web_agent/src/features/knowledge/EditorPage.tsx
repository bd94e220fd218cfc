import { useQuery } from '@tanstack/react-query'
import { useTranslation } from '@/i18n/useTranslation'
import { useLocation, useParams } from 'react-router'

import { categoriesQuery, entryQuery } from '@/api/queries/knowledge'
import { AntdProvider } from '@/ui/AntdProvider'
import { Failure, Loading } from '@/ui/states'
import { usePageTitle } from '@/ui/usePageTitle'

import type { FormValues } from './draft'
import { EntryEditor } from './EntryEditor'

import '@/ui/ListPage.css'
import '@/ui/EditorPage.css'

export function EditorPage() {
  const { t } = useTranslation()
  const { entryId } = useParams()
  usePageTitle(t(entryId === undefined ? 'knowledge.new' : 'knowledge.edit'))
  return entryId === undefined ? <NewEntry /> : <ExistingEntry key={entryId} entryId={entryId} />
}

/** What another page hands over to begin a new entry with. */
export interface EditorState {
  seed?: Partial<FormValues>
}

function NewEntry() {
  const seed = (useLocation().state as EditorState | null)?.seed ?? {}
  const tree = useQuery(categoriesQuery)
  if (tree.isPending) return <Loading lines={10} />
  if (tree.isError) return <Failure error={tree.error} onRetry={tree.refetch} />
  return (
    <AntdProvider>
      <EntryEditor tree={tree.data} entry={null} seed={seed} />
    </AntdProvider>
  )
}

function ExistingEntry({ entryId }: { entryId: string }) {
  const tree = useQuery(categoriesQuery)
  // What is edited must not change under the editor's hands: it is read once, fresh.
  const entry = useQuery({ ...entryQuery(entryId), staleTime: Infinity, refetchOnMount: 'always' as const })
  if (tree.isPending || entry.isPending || !entry.isFetchedAfterMount) return <Loading lines={10} />
  if (tree.isError) return <Failure error={tree.error} onRetry={tree.refetch} />
  if (entry.isError) return <Failure error={entry.error} onRetry={entry.refetch} />
  return (
    <AntdProvider>
      <EntryEditor tree={tree.data} entry={entry.data} />
    </AntdProvider>
  )
}
