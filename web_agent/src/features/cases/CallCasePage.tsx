import { useQuery, useQueryClient } from '@tanstack/react-query'
import { useTranslation } from '@/i18n/useTranslation'
import { Link, useParams } from 'react-router'

import { asProblem } from '@/api/problem'
import { callCaseQuery, useSaveCallCase } from '@/api/queries/cases'
import { categoriesQuery } from '@/api/queries/knowledge'
import type { CallCase, CategoryTree } from '@/api/types'
import { usePermission } from '@/features/session/useSession'
import { AntdProvider } from '@/ui/AntdProvider'
import { Empty, Failure, Loading } from '@/ui/states'
import { usePageTitle } from '@/ui/usePageTitle'

import { caseValues } from './caseDraft'
import { CaseEditor } from './CaseEditor'
import { Evidence } from './Evidence'

/** A finished call becomes a case: the form filled in with what was said, the sentences beside it. */
export function CallCasePage() {
  const { t } = useTranslation()
  const { callId = '' } = useParams()
  usePageTitle(t('cases.make'))
  return <CallCaseForm key={callId} callId={callId} />
}

function CallCaseForm({ callId }: { callId: string }) {
  const { t } = useTranslation()
  const tree = useQuery(categoriesQuery)
  const form = useQuery(callCaseQuery(callId))
  if (form.isError && ['call_not_found', 'call_not_ended'].includes(asProblem(form.error).code)) {
    return (
      <Empty title={t(asProblem(form.error).code === 'call_not_found' ? 'call.not_found' : 'error.call_not_ended')}>
        <Link className="button" to="/calls">
          {t('call.back')}
        </Link>
      </Empty>
    )
  }
  if (form.isError) return <Failure error={form.error} onRetry={form.refetch} />
  if (tree.isError) return <Failure error={tree.error} onRetry={tree.refetch} />
  if (form.isPending || tree.isPending) return <Loading lines={10} />
  return (
    <AntdProvider>
      <Filled callId={callId} tree={tree.data} form={form.data} />
    </AntdProvider>
  )
}

function Filled({ callId, tree, form }: { callId: string; tree: CategoryTree; form: CallCase }) {
  const { t } = useTranslation()
  const client = useQueryClient()
  const save = useSaveCallCase(callId)
  const canHear = usePermission('calls.hear_own') && form.has_audio
  return (
    <CaseEditor
      heading={t(form.case === null ? 'cases.make_title' : 'cases.edit_title')}
      tree={tree}
      initial={caseValues(form.case ?? form.proposal)}
      version={form.case?.version ?? null}
      offered={form.entries}
      back={`/calls/${callId}`}
      send={save.mutateAsync}
      readTheirs={async () => (await client.query({ ...callCaseQuery(callId), staleTime: 0 })).case}
    >
      <section className="panel editor__preview" aria-labelledby="evidence-title">
        <div className="panel__head">
          <h2 id="evidence-title" className="panel__title">
            {t('cases.evidence')}
          </h2>
          <span className="tag">{t('cases.deidentified')}</span>
        </div>
        <div className="browser__body">
          <Evidence lines={form.lines} audibleCallId={canHear ? callId : null} />
        </div>
      </section>
    </CaseEditor>
  )
}
