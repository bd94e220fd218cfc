import { useQuery } from '@tanstack/react-query'
import { useEffect, useRef } from 'react'
import { useTranslation } from '@/i18n/useTranslation'
import { Link } from 'react-router'

import { entryQuery } from '@/api/queries/knowledge'
import { EntryView } from '@/features/knowledge/EntryView'
import { Button } from '@/ui/Button'
import { useShortcut } from '@/ui/shortcuts'
import { Failure, Loading } from '@/ui/states'

/** The whole entry beside the call, over the right column; the call stays in sight. */
export function SourcePanel({ entryId, onClose }: { entryId: string; onClose: () => void }) {
  const { t } = useTranslation()
  const entry = useQuery(entryQuery(entryId))
  const panel = useRef<HTMLElement>(null)
  useShortcut({ chord: 'Escape', group: 'cards', label: t('card.source_close'), run: onClose })
  useEffect(() => {
    panel.current?.focus()
  }, [entryId])
  return (
    <section ref={panel} className="panel source" aria-labelledby="source-title" tabIndex={-1}>
      <div className="panel__head">
        <h2 id="source-title" className="panel__title">
          {t('card.source')}
        </h2>
        <Link className="button button--quiet button--small" to={`/knowledge/${entryId}`} target="_blank">
          {t('card.source_page')}
        </Link>
        <Button tone="quiet" isSmall chord="Escape" className="banner__action" onClick={onClose}>
          {t('common.close')}
        </Button>
      </div>
      <div className="source__body">
        {entry.isPending && <Loading />}
        {entry.isError && <Failure error={entry.error} onRetry={entry.refetch} />}
        {entry.data !== undefined && <EntryView revision={entry.data.current} />}
      </div>
    </section>
  )
}
