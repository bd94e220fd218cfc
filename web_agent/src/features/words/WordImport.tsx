import { Modal } from 'antd'
import { useTranslation } from '@/i18n/useTranslation'

import type { Problem } from '@/api/problem'
import { asProblem } from '@/api/problem'
import { useImportWords } from '@/api/queries/words'
import type { WordImportReport } from '@/api/types'
import { fieldText, problemText } from '@/i18n/problemText'
import { Button } from '@/ui/Button'
import { FileButton } from '@/ui/FileButton'
import { Banner } from '@/ui/states'

import { placeOf } from './words'

/** Chooses a file, imports it, and says what became of it, line by line where it was refused. */
export function WordImport() {
  const { t } = useTranslation()
  const load = useImportWords()
  return (
    <>
      <FileButton
        label={t('words.import')}
        accept=".csv,.xlsx,.yaml,.yml"
        isDisabled={load.isPending}
        onPick={load.mutate}
      >
        {t(load.isPending ? 'words.importing' : 'words.import')}
      </FileButton>
      <Modal
        open={load.isSuccess || load.isError}
        title={t(load.isError ? 'words.import_refused' : 'words.import_done')}
        footer={
          <Button tone="primary" onClick={load.reset}>
            {t('common.close')}
          </Button>
        }
        onCancel={load.reset}
      >
        {load.isSuccess && <Done report={load.data} />}
        {load.isError && <Refused problem={asProblem(load.error)} />}
      </Modal>
    </>
  )
}

function Done({ report }: { report: WordImportReport }) {
  const { t } = useTranslation()
  return <Banner tone="ready">{t('words.import_report', { ...report })}</Banner>
}

function Refused({ problem }: { problem: Problem }) {
  const { t } = useTranslation()
  const isOfLines = problem.errors.length > 0
  return (
    <>
      <Banner tone="problem">{problemText(t, problem)}</Banner>
      {isOfLines && (
        <ul className="words__refusals">
          {problem.errors.map((error) => {
            const place = placeOf(error.field)
            return (
              <li key={`${error.field}-${error.code}`}>
                <strong>{t('words.line', { line: place.line })}</strong> {place.field} {fieldText(t, error)}
              </li>
            )
          })}
        </ul>
      )}
    </>
  )
}
