import { useInfiniteQuery } from '@tanstack/react-query'
import { useMemo } from 'react'
import { useTranslation } from '@/i18n/useTranslation'
import { Link } from 'react-router'

import { unitsQuery } from '@/api/queries/imports'
import type { ImportFileView, UnitView } from '@/api/types'
import { codeText } from '@/i18n/problemText'
import { Button } from '@/ui/Button'
import { Markdown } from '@/ui/Markdown'
import { parseMarkdown } from '@/ui/markdown'
import { Failure, Loading } from '@/ui/states'

interface UnitListProps {
  importId: string
  file: ImportFileView
  /** Changes when the plan may have been made again. */
  version: string
}

/** Every unit in the order of the document, under the headings it stands below, with the text it would have. */
export function UnitList({ importId, file, version }: UnitListProps) {
  const { t } = useTranslation()
  const units = useInfiniteQuery({
    ...unitsQuery(importId, file.id, version),
    // What a person has opened stays open when the plan of the same file is made again.
    placeholderData: (previous, query) => (query?.queryKey[2] === file.id ? previous : undefined),
  })
  if (units.isPending) return <Loading lines={8} />
  if (units.isError && units.data === undefined) return <Failure error={units.error} onRetry={units.refetch} />
  const items = units.data.pages.flatMap((page) => page.items)
  return (
    <div className="import-units">
      {items.map((unit, index) => {
        const path = unit.path.join(' › ')
        const isNew = path !== '' && path !== items[index - 1]?.path.join(' › ')
        return (
          <div key={unit.position}>
            {isNew && <h3 className="import-units__path">{path}</h3>}
            <Unit unit={unit} isPublished={file.state === 'published' || file.state === 'taken_back'} />
          </div>
        )
      })}
      {units.hasNextPage && (
        <Button className="more" disabled={units.isFetchingNextPage} onClick={() => units.fetchNextPage()}>
          {t('common.more')}
        </Button>
      )}
    </div>
  )
}

function Unit({ unit, isPublished }: { unit: UnitView; isPublished: boolean }) {
  const { t } = useTranslation()
  const blocks = useMemo(() => parseMarkdown(unit.answer), [unit.answer])
  return (
    <details className="import-unit">
      <summary>
        <span className={`plan plan--${unit.plan}`}>{t(`import.plan_${unit.plan}`)}</span>
        <span className="import-unit__title">{unit.title}</span>
        {unit.is_taken_back !== null && (
          <span className={unit.is_taken_back ? 'tag' : 'tag tag--waiting'}>
            {t(unit.is_taken_back ? 'import.unit_taken_back' : 'import.unit_left')}
          </span>
        )}
        {unit.page !== null && <span className="import-unit__page">{t('import.page', { page: unit.page })}</span>}
      </summary>
      <div className="import-unit__text">
        {unit.problem !== null && <p className="field__error">{codeText(t, unit.problem, unit.problem)}</p>}
        {unit.script !== '' && <p className="card__script">{unit.script}</p>}
        <Markdown blocks={blocks} terms={[]} />
        {unit.variants.length > 0 && <p className="field__hint">{unit.variants.join(' · ')}</p>}
        {unit.entry_id !== null && isPublished && (
          <Link to={`/knowledge/${unit.entry_id}`}>{t('import.open_entry')}</Link>
        )}
      </div>
    </details>
  )
}
