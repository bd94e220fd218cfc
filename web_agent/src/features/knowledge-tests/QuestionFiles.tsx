import { useTranslation } from '@/i18n/useTranslation'

import { asProblem } from '@/api/problem'
import { questionFileAddress, useImportQuestions } from '@/api/queries/knowledgeTests'
import type { QuestionFile } from '@/api/types'
import { fieldText, problemText } from '@/i18n/problemText'
import { FileButton } from '@/ui/FileButton'

import { decoded, lineOfField } from './files'

const SHOWN_PROBLEMS = 5

/** All test questions as a file, out and in. */
export function QuestionFiles() {
  const { t } = useTranslation()
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
      <FileButton
        label={t('gold.import')}
        accept=".csv,.jsonl"
        isDisabled={upload.isPending}
        onPick={(file) => void take(file)}
      />
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
