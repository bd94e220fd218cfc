import type { Translate } from '@/i18n/useTranslation'
import { useTranslation } from '@/i18n/useTranslation'

import type { TestRun } from '@/api/types'
import { localTime, percent } from '@/ui/format'

import { MEASURES } from './chart'

interface RunTableProps {
  runs: readonly TestRun[]
  scope: string
  chosenId: string | null
  onChoose: (runId: string) => void
}

/** The numbers behind the lines, the newest first. */
export function RunTable({ runs, scope, chosenId, onChoose }: RunTableProps) {
  const { t } = useTranslation()
  return (
    <table className="changes">
      <thead>
        <tr>
          <th scope="col">{t('tests.column_at')}</th>
          <th scope="col">{t('tests.column_run')}</th>
          <th scope="col">{t('tests.column_count')}</th>
          {MEASURES.map((measure) => (
            <th key={measure} scope="col">
              {t(`tests.measure_${measure}`)}
            </th>
          ))}
          <th scope="col">{t('tests.column_moved')}</th>
        </tr>
      </thead>
      <tbody>
        {runs.map((run) => {
          const figures = run.after[scope] ?? run.after.all
          return (
            <tr key={run.id} className={run.id === chosenId ? 'tests__chosen' : ''}>
              <td>
                <button
                  type="button"
                  className="tests__run"
                  aria-pressed={run.id === chosenId}
                  onClick={() => {
                    onChoose(run.id)
                  }}
                >
                  {localTime(run.at)}
                </button>
              </td>
              <td>{runName(t, run)}</td>
              <td>{run.question_count}</td>
              {MEASURES.map((measure) => (
                <td key={measure}>{figures === undefined ? '–' : percent(figures[measure])}</td>
              ))}
              <td>{t('tests.moved', { better: run.better, worse: run.worse })}</td>
            </tr>
          )
        })}
      </tbody>
    </table>
  )
}

export function runName(t: Translate, run: TestRun): string {
  if (run.trigger === 'all') return t('tests.run_all')
  if (run.trigger === 'import') return t('tests.run_import', { title: run.title })
  return t('tests.run_publish', { title: run.title, number: run.revision_number })
}
