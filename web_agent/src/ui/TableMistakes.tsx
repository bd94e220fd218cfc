import i18next from 'i18next'

import type { Problem } from '@/api/problem'
import { fieldText, problemText } from '@/i18n/problemText'
import type { Translate } from '@/i18n/useTranslation'
import { useTranslation } from '@/i18n/useTranslation'
import { Banner } from '@/ui/states'

/** Why a table was not imported: the line, the column and the mistake, one by one. */
export function TableMistakes({ problem }: { problem: Problem }) {
  const { t } = useTranslation()
  return (
    <Banner tone="problem">
      {problemText(t, problem)}
      <ul>
        {problem.fields.map((error) => (
          <li key={`${error.field} ${error.code}`}>
            {placeText(t, error.field)} {fieldText(t, error)}
          </li>
        ))}
      </ul>
    </Banner>
  )
}

/** The place that the server names `line 3: street`, in the language of the page. */
function placeText(t: Translate, field: string): string {
  const [, line, column = ''] = /^line (\d+): (\w+)$/.exec(field) ?? []
  if (line === undefined) return field
  const key = `table.column_${column}`
  const name = i18next.exists(key) ? t(key as 'table.column_street') : column
  return t(column === 'row' ? 'table.line' : 'table.cell', { line, column: name })
}
