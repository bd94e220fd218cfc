import { useQuery, useQueryClient } from '@tanstack/react-query'
import { Form } from 'antd'
import { useEffect, useState } from 'react'
import { Link, useParams } from 'react-router'

import { curationItemQuery, submitDraft, useDeskChanged } from '@/api/queries/curation'
import { categoriesQuery, entryQuery } from '@/api/queries/knowledge'
import type { CategoryTree, CurationItemView, RevisionDetail } from '@/api/types'
import { Conflict } from '@/features/knowledge/Conflict'
import type { FormValues } from '@/features/knowledge/draft'
import { draftOf, EMPTY, linesOf, valuesOf } from '@/features/knowledge/draft'
import { fieldErrors } from '@/features/knowledge/EntryEditor'
import { EntryFields } from '@/features/knowledge/EntryFields'
import { problemText } from '@/i18n/problemText'
import { useTranslation } from '@/i18n/useTranslation'
import { AntdProvider } from '@/ui/AntdProvider'
import { Button } from '@/ui/Button'
import { today } from '@/ui/format'
import { useShortcut } from '@/ui/shortcuts'
import { Banner, Failure, Loading } from '@/ui/states'
import { usePageTitle } from '@/ui/usePageTitle'
import { useSaving } from '@/ui/useSaving'
import { useLeaving, useUnsavedChanges } from '@/ui/useUnsavedChanges'

import { Evidence } from './Evidence'

import '@/ui/ListPage.css'
import '@/ui/EditorPage.css'
import './Curation.css'

/** A draft for an item, written beside its evidence. */
export function DraftPage() {
  const { t } = useTranslation()
  const { itemId = '' } = useParams()
  usePageTitle(t('curation.draft'))
  const tree = useQuery(categoriesQuery)
  // What is edited must not change under the curator's hands: it is read once, fresh.
  const item = useQuery({ ...curationItemQuery(itemId), staleTime: Infinity, refetchOnMount: 'always' as const })
  if (tree.isPending || item.isPending || !item.isFetchedAfterMount) return <Loading lines={10} />
  if (tree.isError) return <Failure error={tree.error} onRetry={tree.refetch} />
  if (item.isError) return <Failure error={item.error} onRetry={item.refetch} />
  return (
    <AntdProvider>
      <DraftEditor key={itemId} tree={tree.data} view={item.data} />
    </AntdProvider>
  )
}

/** What the form begins with: the present text of the entry, looked through today, or the callers' words. */
function seedOf(view: CurationItemView): FormValues {
  const { draft, entry, proposal } = view
  // A draft that was sent back goes on where it was.
  if (draft !== null) return valuesOf(draft)
  if (entry !== null) return { ...valuesOf(entry), ...(view.item.kind === 'overdue' && { reviewed_on: today() }) }
  return {
    ...EMPTY,
    title: proposal.title.slice(0, 100),
    variants: proposal.variants.join('\n'),
    script: proposal.script,
    answer: proposal.answer,
    sector: proposal.sector ?? '',
    situation: proposal.situation ?? undefined,
    business_type: proposal.business_type ?? undefined,
  }
}

function DraftEditor({ tree, view }: { tree: CategoryTree; view: CurationItemView }) {
  const { t } = useTranslation()
  const [form] = Form.useForm<FormValues>()
  const [questions, setQuestions] = useState(
    (view.questions.length > 0 ? view.questions : view.proposal.questions).join('\n'),
  )
  const [isDirty, setIsDirty] = useState(false)
  const guard = useUnsavedChanges(isDirty)
  const leave = useLeaving(isDirty)
  const changed = useDeskChanged()
  const [seed] = useState(() => seedOf(view))
  const client = useQueryClient()
  const [base, setBase] = useState<RevisionDetail | null>(view.entry)
  const [theirs, setTheirs] = useState<RevisionDetail | null>(null)
  const values = () => ({ ...seed, ...(form.getFieldsValue(true) as Partial<FormValues>) })
  const desk = `/curation/${view.item.id}`
  const saving = useSaving(
    () =>
      submitDraft(view.item.id, {
        ...draftOf(values()),
        version: view.item.version,
        questions: linesOf(questions),
        base_revision_id: base?.id ?? null,
      }),
    {
      onSaved: () => {
        setIsDirty(false)
        void changed()
        leave(desk)
      },
      onRefused: async (problem) => {
        form.setFields(fieldErrors(problem, t))
        if (problem.code !== 'stale_revision' || base === null) return
        setTheirs((await client.query({ ...entryQuery(base.entry_id), staleTime: 0 })).current)
      },
    },
  )
  const submit = () => {
    saving.save(undefined)
  }
  useEffect(() => {
    // The curator came by one key, to write.
    form.focusField('title')
  }, [form])
  useShortcut({ chord: 'Ctrl+S', group: 'lists', label: t('curation.submit'), run: submit })
  return (
    <div className="editor">
      <section className="panel editor__form" aria-labelledby="draft-title">
        <div className="panel__head">
          <h1 id="draft-title" className="panel__title">
            {t('curation.draft')}
          </h1>
          <span className="browser__actions">
            <Link className="button button--quiet" to={desk}>
              {t('common.cancel')}
            </Link>
            <Button tone="primary" chord="Ctrl+S" disabled={saving.isPending} onClick={submit}>
              {t('curation.submit')}
            </Button>
          </span>
        </div>
        {guard}
        {theirs !== null && base !== null && (
          <Conflict
            key={theirs.id}
            base={base}
            theirs={theirs}
            mine={values()}
            onTake={(name, value) => {
              form.setFieldValue(name, value)
            }}
            onRebase={() => {
              setBase(theirs)
              setTheirs(null)
              saving.settle()
            }}
          />
        )}
        {saving.problem !== null && theirs === null && (
          <Banner tone="problem">
            {saving.problem.fields.length > 0 ? t('editor.check_fields') : problemText(t, saving.problem)}
          </Banner>
        )}
        <Form
          form={form}
          layout="vertical"
          requiredMark={false}
          scrollToFirstError
          initialValues={seed}
          onValuesChange={() => {
            setIsDirty(true)
          }}
        >
          <EntryFields tree={tree} />
          <label className="field">
            <span className="field__label">{t('curation.questions')}</span>
            <textarea
              className="input"
              rows={4}
              value={questions}
              onChange={(event) => {
                setIsDirty(true)
                setQuestions(event.target.value)
              }}
            />
            <span className="field__hint">{t('curation.questions_hint')}</span>
          </label>
        </Form>
      </section>
      <section className="panel editor__preview" aria-labelledby="evidence-title">
        <div className="panel__head">
          <h2 id="evidence-title" className="panel__title">
            {t('curation.evidence')}
          </h2>
        </div>
        <div className="browser__body">
          <Evidence view={view} />
        </div>
      </section>
    </div>
  )
}
