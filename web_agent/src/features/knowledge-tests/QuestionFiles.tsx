import { useRef } from 'react'
import { useTranslation } from '@/i18n/useTranslation'

import { asProblem } from '@/api/problem'
import { questionFileAddress, useImportQuestions } from '@/api/queries/knowledgeTests'
import type { QuestionFile } from '@/api/types'
import { fieldText, problemText } from '@/i18n/problemText'
import { Button } from '@/ui/Button'

import { decoded, lineOfField } from './files'

const SHOWN_PROBLEMS = 5

/** All test questions as a file, out and in. */
export function QuestionFiles() {
  const { t } = useTranslation()
  const input = useRef<HTMLInputElement>(null)
  const upload = useImportQuestions()
  const take = async (file: File) => {
    const format: QuestionFile['format'] = file.name.toLowerCase().endsWith('.jsonl') ? 'jsonl' : 'csv'
    upload.mutate({ format, content: decoded(await file.arrayBuffer()) })
  }
  return (
    <span className="drop__actions">
      <ImportOutcome upload={upload} />
      <a className="button button--quiet" href={questionFileAddress('csv')} download>
        {t('gold.export_csv')}
      </a>
      <a className="button button--quiet" href={questionFileAddress('jsonl')} download>
        {t('gold.export_jsonl')}
      </a>
      <input
        ref={input}
        type="file"
        hidden
        accept=".csv,.jsonl"
        aria-label={t('gold.import')}
        onChange={(event) => {
          const file = event.target.files?.[0]
          event.target.value = ''
          if (file !== undefined) void take(file)
        }}
      />
      <Button disabled={upload.isPending} onClick={() => input.current?.click()}>
        {t('gold.import')}
      </Button>
    </span>
  )
}

function ImportOutcome({ upload }: { upload: ReturnType<typeof useImportQuestions> }) {
  const { t } = useTranslation()
  if (upload.isSuccess) {
    return (
      <span role="status">{t('gold.imported', { added: upload.data.added, unchanged: upload.data.unchanged })}</span>
    )
  }
  if (!upload.isError) return null
  const problem = asProblem(upload.error)
  if (problem.fields.length === 0) return <span role="alert">{problemText(t, problem)}</span>
  return (
    <ul role="alert" className="field__error">
      {problem.fields.slice(0, SHOWN_PROBLEMS).map((error) => {
        const place = lineOfField(error.field)
        const text = fieldText(t, error)
        return <li key={error.field}>{place === null ? text : t('gold.import_line', { ...place, text })}</li>
      })}
      {problem.fields.length > SHOWN_PROBLEMS && (
        <li>{t('gold.import_more', { count: problem.fields.length - SHOWN_PROBLEMS })}</li>
      )}
    </ul>
  )
}
