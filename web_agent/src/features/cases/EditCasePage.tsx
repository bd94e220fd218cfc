import { useQuery, useQueryClient } from '@tanstack/react-query'
import { useTranslation } from '@/i18n/useTranslation'
import { useParams } from 'react-router'

import { caseEvidenceQuery, caseQuery, useSaveCase } from '@/api/queries/cases'
import { categoriesQuery } from '@/api/queries/knowledge'
import type { CaseDetail, CategoryTree } from '@/api/types'
import { AntdProvider } from '@/ui/AntdProvider'
import { Failure, Loading } from '@/ui/states'
import { usePageTitle } from '@/ui/usePageTitle'

import { caseValues } from './caseDraft'
import { CaseEditor } from './CaseEditor'
import { Evidence } from './Evidence'

export function EditCasePage() {
  const { t } = useTranslation()
  const { caseId = '' } = useParams()
  usePageTitle(t('cases.edit_title'))
  return <ExistingCase key={caseId} caseId={caseId} />
}

function ExistingCase({ caseId }: { caseId: string }) {
  const tree = useQuery(categoriesQuery)
  // What is edited must not change under the editor's hands: it is read once, fresh.
  const found = useQuery({ ...caseQuery(caseId, true), staleTime: Infinity, refetchOnMount: 'always' as const })
  if (found.isError) return <Failure error={found.error} onRetry={found.refetch} />
  if (tree.isError) return <Failure error={tree.error} onRetry={tree.refetch} />
  if (tree.isPending || found.isPending || !found.isFetchedAfterMount) return <Loading lines={10} />
  return (
    <AntdProvider>
      <Filled tree={tree.data} item={found.data} />
    </AntdProvider>
  )
}

function Filled({ tree, item }: { tree: CategoryTree; item: CaseDetail }) {
  const { t } = useTranslation()
  const client = useQueryClient()
  const save = useSaveCase(item.id)
  const evidence = useQuery(caseEvidenceQuery(item.id, false))
  return (
    <CaseEditor
      heading={t('cases.edit_title')}
      tree={tree}
      initial={caseValues(item)}
      version={item.version}
      offered={[]}
      back={`/cases/${item.id}`}
      send={save.mutateAsync}
      readTheirs={() => client.query({ ...caseQuery(item.id, true), staleTime: 0 })}
    >
      <section className="panel editor__preview" aria-labelledby="evidence-title">
        <div className="panel__head">
          <h2 id="evidence-title" className="panel__title">
            {t('cases.evidence')}
          </h2>
        </div>
        <div className="browser__body">
          {evidence.data !== undefined && (
            <Evidence
              lines={evidence.data.lines}
              audibleCallId={evidence.data.can_hear ? evidence.data.call_id : null}
            />
          )}
        </div>
      </section>
    </CaseEditor>
  )
}
