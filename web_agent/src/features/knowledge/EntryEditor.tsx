import { useQueryClient } from '@tanstack/react-query'
import { Form } from 'antd'
import type { FormInstance } from 'antd'
import type { ReactNode } from 'react'
import { useState } from 'react'
import { type Translate, useTranslation } from '@/i18n/useTranslation'
import { Link } from 'react-router'

import type { Problem } from '@/api/problem'
import { asProblem } from '@/api/problem'
import type { Consent } from '@/api/queries/knowledge'
import { entryQuery, useCreateEntry, useReviseEntry, useSubmitDraft } from '@/api/queries/knowledge'
import type { CategoryTree, EntryDetail, RevisionDetail } from '@/api/types'
import { DraftTests } from '@/features/knowledge-tests/DraftTests'
import { asksForConsent, DropPanel } from '@/features/knowledge-tests/DropPanel'
import { CardView } from '@/features/suggestions/CardView'
import { fieldText, problemText } from '@/i18n/problemText'
import { Button } from '@/ui/Button'
import { useShortcut } from '@/ui/shortcuts'
import { Banner } from '@/ui/states'

import { Conflict } from './Conflict'
import type { FieldName, FormValues } from './draft'
import { draftOf, EMPTY, fieldOf, linesOf, lineOf, valuesOf } from './draft'
import { EntryFields } from './EntryFields'
import { useLeaving, useUnsavedChanges } from '@/ui/useUnsavedChanges'

interface EntryEditorProps {
  tree: CategoryTree
  /** Null for a new entry. */
  entry: EntryDetail | null
  /** What a new entry begins with. */
  seed?: Partial<FormValues>
}

const NO_SEED: Partial<FormValues> = {}

/** A plain form on the left, the card it makes on the right. Saving makes a new revision. */
export function EntryEditor({ tree, entry, seed = NO_SEED }: EntryEditorProps) {
  const { t } = useTranslation()
  const [form] = Form.useForm<FormValues>()
  const [isDirty, setIsDirty] = useState(Object.keys(seed).length > 0)
  const [base, setBase] = useState<RevisionDetail | null>(entry?.current ?? null)
  const guard = useUnsavedChanges(isDirty)
  const leave = useLeaving(isDirty)
  const saving = useSaving(form, base, (entryId) => {
    setIsDirty(false)
    leave(`/knowledge/${entryId}`)
  })
  useShortcut({ chord: 'Ctrl+S', group: 'lists', label: t('editor.save'), run: saving.save })
  const back = entry === null ? '/knowledge' : `/knowledge/${entry.id}`
  return (
    <div className="editor">
      <section className="panel editor__form" aria-labelledby="editor-title">
        <div className="panel__head">
          <h1 id="editor-title" className="panel__title">
            {base === null ? t('knowledge.new') : t('editor.title', { number: base.number, title: base.title })}
          </h1>
          <span className="browser__actions">
            <Link className="button button--quiet" to={back}>
              {t('common.cancel')}
            </Link>
            <Button tone="primary" chord="Ctrl+S" disabled={saving.isPending} onClick={saving.save}>
              {saving.isPending ? t('editor.saving') : t('editor.save')}
            </Button>
          </span>
        </div>
        {guard}
        {saving.problem !== null && !asksForConsent(saving.problem) && <SaveProblem problem={saving.problem} />}
        {saving.problem !== null && asksForConsent(saving.problem) && (
          <DropPanel
            problem={saving.problem}
            stayLabel={t('editor.stay')}
            isPending={saving.isPending}
            onPublish={saving.send}
            onStay={saving.settle}
          />
        )}
        {saving.problem?.code === 'review_needed' && (
          <Banner tone="waiting">
            {problemText(t, saving.problem)}{' '}
            <Button isSmall tone="primary" disabled={saving.isPending} onClick={saving.submit}>
              {t('editor.submit')}
            </Button>
          </Banner>
        )}
        {saving.theirs !== null && base !== null && (
          <Conflict
            key={saving.theirs.id}
            base={base}
            theirs={saving.theirs}
            mine={saving.values()}
            onTake={(name, value) => {
              form.setFieldValue(name, value)
            }}
            onRebase={() => {
              setBase(saving.theirs)
              saving.settle()
            }}
          />
        )}
        <Form
          form={form}
          layout="vertical"
          requiredMark={false}
          scrollToFirstError
          initialValues={entry === null ? { ...EMPTY, ...seed } : valuesOf(entry.current)}
          onValuesChange={() => {
            setIsDirty(true)
          }}
        >
          <EntryFields tree={tree} />
        </Form>
      </section>
      <Preview form={form} base={base}>
        <DraftTests
          entryId={entry?.id ?? null}
          variants={linesOf(saving.values().variants)}
          draft={() => draftOf(saving.values())}
          onRefused={saving.mark}
        />
      </Preview>
    </div>
  )
}

function SaveProblem({ problem }: { problem: Problem }) {
  const { t } = useTranslation()
  if (problem.code === 'stale_revision' || problem.code === 'review_needed') return null
  return (
    <Banner tone="problem">{problem.fields.length > 0 ? t('editor.check_fields') : problemText(t, problem)}</Banner>
  )
}

/** Sends the form; what the server refuses goes to its field, a stale base fetches the text that came between. */
function useSaving(form: FormInstance<FormValues>, base: RevisionDetail | null, onSaved: (entryId: string) => void) {
  const { t } = useTranslation()
  const client = useQueryClient()
  const create = useCreateEntry()
  const revise = useReviseEntry()
  const submission = useSubmitDraft()
  const isPending = create.isPending || revise.isPending || submission.isPending
  const [problem, setProblem] = useState<Problem | null>(null)
  const [theirs, setTheirs] = useState<RevisionDetail | null>(null)

  const values = (): FormValues => ({
    ...(base === null ? EMPTY : valuesOf(base)),
    ...(form.getFieldsValue(true) as FormValues),
  })
  const publish = async (consent: Consent): Promise<string> => {
    const draft = draftOf(values())
    if (base === null) return (await create.mutateAsync({ draft, consent })).id
    return (await revise.mutateAsync({ entryId: base.entry_id, baseRevisionId: base.id, draft, consent })).entry_id
  }
  const mark = (refused: Problem) => {
    form.setFields(fieldErrors(refused, t))
  }
  const refuse = async (refused: Problem) => {
    setProblem(refused)
    mark(refused)
    if (refused.code !== 'stale_revision' || base === null) return
    const entry = await client.query({ ...entryQuery(base.entry_id), staleTime: 0 })
    setTheirs(entry.current)
  }
  const finish = (sending: () => Promise<string>) => {
    if (isPending) return
    form.setFields((Object.keys(EMPTY) as FieldName[]).map((name) => ({ name, errors: [] })))
    void sending().then(
      (entryId) => {
        onSaved(entryId)
      },
      (error: unknown) => refuse(asProblem(error)),
    )
  }
  const send = (consent: Consent) => {
    finish(() => publish(consent))
  }
  const submit = () => {
    finish(async () => (await submission.mutateAsync({ draft: draftOf(values()), base })).entry_id)
  }
  const save = () => {
    if (isPending) return
    setProblem(null)
    // Somebody decides when test questions would lose their place.
    send({ ask_before_drop: true, override_reason: '' })
  }
  const settle = () => {
    setProblem(null)
    setTheirs(null)
  }
  return { save, send, submit, mark, values, settle, problem, theirs, isPending }
}

export function fieldErrors(problem: Problem, t: Translate): { name: FieldName; errors: string[] }[] {
  const byField = new Map<FieldName, string[]>()
  for (const error of problem.fields) {
    const name = fieldOf(error.field)
    if (name === null) continue
    const line = lineOf(error.field)
    const text = line === null ? fieldText(t, error) : t('editor.line', { line, text: fieldText(t, error) })
    byField.set(name, [...(byField.get(name) ?? []), text])
  }
  return [...byField].map(([name, errors]) => ({ name, errors }))
}

interface PreviewProps {
  form: FormInstance<FormValues>
  base: RevisionDetail | null
  children: ReactNode
}

function Preview({ form, base, children }: PreviewProps) {
  const { t } = useTranslation()
  // Undefined until the form's fields are there.
  const watched = Form.useWatch([], form) as Partial<FormValues> | undefined
  const values = { ...(base === null ? EMPTY : valuesOf(base)), ...watched }
  return (
    <section className="panel editor__preview" aria-labelledby="preview-title">
      <div className="panel__head">
        <h2 id="preview-title" className="panel__title">
          {t('editor.preview')}
        </h2>
      </div>
      <div className="browser__body">
        <CardView
          isOpen
          content={{
            title: values.title || t('editor.no_title'),
            script: values.script,
            answer: values.answer,
            variants: linesOf(values.variants),
            revision_number: (base?.number ?? 0) + 1,
            reviewed_on: values.reviewed_on || null,
            valid_until: values.valid_until || null,
            category_path: [values.idea, values.means].filter((part) => part !== ''),
          }}
        />
        {children}
      </div>
    </section>
  )
}
