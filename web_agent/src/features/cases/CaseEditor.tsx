import { Form } from 'antd'
import type { FormInstance } from 'antd'
import type { ReactNode } from 'react'
import { useState } from 'react'
import { useTranslation } from '@/i18n/useTranslation'
import { Link } from 'react-router'

import type { Problem } from '@/api/problem'
import type { CaseDetail, CaseEdit, CategoryTree, OfferedEntry } from '@/api/types'
import { useGo } from '@/ui/useGo'
import { useSaving } from '@/ui/useSaving'
import { useUnsavedChanges } from '@/ui/useUnsavedChanges'
import { fieldText, problemText } from '@/i18n/problemText'
import { Button } from '@/ui/Button'
import { useShortcut } from '@/ui/shortcuts'
import { Banner } from '@/ui/states'

import type { CaseValues } from './caseDraft'
import { CASE_FIELDS, caseEdit, caseFieldOf, caseValues } from './caseDraft'
import { CaseFields } from './CaseFields'

import '@/ui/ListPage.css'
import '@/ui/EditorPage.css'
import './Cases.css'

interface CaseEditorProps {
  heading: string
  tree: CategoryTree
  initial: CaseValues
  /** Version the text was read at; null for a new case. */
  version: number | null
  offered: readonly OfferedEntry[]
  /** Where Cancel leads. */
  back: string
  send: (edit: CaseEdit) => Promise<CaseDetail>
  /** The case as somebody else has saved it meanwhile; null when it is gone. */
  readTheirs: () => Promise<CaseDetail | null>
  /** What the text rests on, beside the form. */
  children: ReactNode
}

/** The form of a case, with what it rests on beside it. */
export function CaseEditor(props: CaseEditorProps) {
  const { heading, tree, initial, offered, back, children } = props
  const { t } = useTranslation()
  const [form] = Form.useForm<CaseValues>()
  const [isDirty, setIsDirty] = useState(false)
  const saving = useCaseSaving(form, props, () => {
    setIsDirty(false)
  })
  const guard = useUnsavedChanges(isDirty)
  useShortcut({ chord: 'Ctrl+S', group: 'lists', label: t('cases.save'), run: saving.save })
  return (
    <div className="editor case-editor">
      <section className="panel editor__form" aria-labelledby="case-editor-title">
        <div className="panel__head">
          <h1 id="case-editor-title" className="panel__title">
            {heading}
          </h1>
          <span className="browser__actions">
            <Link className="button button--quiet" to={back}>
              {t('common.cancel')}
            </Link>
            <Button tone="primary" chord="Ctrl+S" disabled={saving.isPending} onClick={saving.save}>
              {saving.isPending ? t('cases.saving') : t('cases.save')}
            </Button>
          </span>
        </div>
        {guard}
        {saving.problem !== null && <SaveProblem problem={saving.problem} />}
        {saving.theirs !== null && (
          <Theirs
            theirs={saving.theirs}
            onTake={() => {
              form.setFieldsValue(saving.theirs === null ? {} : caseValues(saving.theirs))
              saving.settle()
            }}
            onKeep={saving.settle}
          />
        )}
        <Form
          form={form}
          layout="vertical"
          requiredMark={false}
          scrollToFirstError
          initialValues={initial}
          onValuesChange={() => {
            setIsDirty(true)
          }}
        >
          <CaseFields tree={tree} offered={offered} />
        </Form>
      </section>
      {children}
    </div>
  )
}

function SaveProblem({ problem }: { problem: Problem }) {
  const { t } = useTranslation()
  if (problem.code === 'stale_case') return null
  return <Banner tone="problem">{problem.fields.length > 0 ? t('cases.check_fields') : problemText(t, problem)}</Banner>
}

function Theirs({ theirs, onTake, onKeep }: { theirs: CaseDetail; onTake: () => void; onKeep: () => void }) {
  const { t } = useTranslation()
  return (
    <Banner
      tone="waiting"
      action={
        <>
          <Button isSmall onClick={onTake}>
            {t('cases.take_theirs')}
          </Button>{' '}
          <Button isSmall tone="primary" onClick={onKeep}>
            {t('cases.keep_mine')}
          </Button>
        </>
      }
    >
      {t('cases.stale', { title: theirs.title })}
    </Banner>
  )
}

/** Sends the form; what the server refuses goes to its field, a stale version fetches what came between. */
function useCaseSaving(form: FormInstance<CaseValues>, props: CaseEditorProps, onSaved: () => void) {
  const { t } = useTranslation()
  const go = useGo()
  const [version, setVersion] = useState(props.version)
  const [theirs, setTheirs] = useState<CaseDetail | null>(null)
  const saving = useSaving(props.send, {
    onSaved: (saved) => {
      onSaved()
      // The guard against leaving sees the clean form only after this render.
      setTimeout(() => {
        go(`/cases/${saved.id}`)
      })
    },
    onRefused: async (refused) => {
      for (const error of refused.fields) {
        const name = caseFieldOf(error.field)
        if (name !== null) form.setFields([{ name, errors: [fieldText(t, error)] }])
      }
      if (refused.code === 'stale_case') setTheirs(await props.readTheirs())
    },
  })
  const save = () => {
    const values = { ...props.initial, ...form.getFieldsValue(true) } as CaseValues
    form.setFields(CASE_FIELDS.map((name) => ({ name, errors: [] })))
    saving.save(caseEdit(values, version))
  }
  const settle = () => {
    setVersion(theirs?.version ?? null)
    saving.settle()
    setTheirs(null)
  }
  return { save, settle, problem: saving.problem, theirs, isPending: saving.isPending }
}
