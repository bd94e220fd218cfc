import { useQuery } from '@tanstack/react-query'
import { Link, useParams } from 'react-router'

import { changesQuery } from '@/api/queries/changes'
import type { ChangeHead } from '@/api/types'
import { useTranslation } from '@/i18n/useTranslation'
import { localTime } from '@/ui/format'
import { walkLinks } from '@/ui/rows'
import { sectorText } from '@/ui/sectors'
import { Empty, Failure, Loading } from '@/ui/states'
import { usePageTitle } from '@/ui/usePageTitle'

import { ChangePane } from './ChangePane'
import { isDue } from './due'

import '@/ui/ListPage.css'
import './Changes.css'

/** What changed in the knowledge: what must be read first, then the newest; the change itself on the right. */
export function ChangesPage() {
  const { t } = useTranslation()
  const { revisionId } = useParams()
  const changes = useQuery(changesQuery)
  usePageTitle(t('changes.title'))
  if (changes.isPending) return <Loading lines={8} />
  if (changes.isError && changes.data === undefined) return <Failure error={changes.error} onRetry={changes.refetch} />
  const { items, due } = changes.data
  const shownId = revisionId ?? items[0]?.revision_id
  return (
    <div className="changes">
      <section className="panel changes__list" aria-labelledby="changes-title">
        <div className="panel__head">
          <h1 id="changes-title" className="panel__title">
            {t('changes.title')}
          </h1>
          <span className={due > 0 ? 'tag tag--waiting' : 'tag tag--ready'} role="status">
            {t(due > 0 ? 'changes.due' : 'changes.none_due', { count: due })}
          </span>
        </div>
        {items.length === 0 && <Empty title={t('changes.none')} hint={t('changes.none_hint')} />}
        {/* eslint-disable-next-line jsx-a11y/no-noninteractive-element-interactions -- rejected: the keys of the links inside bubble to here. */}
        <ol className="changes__rows" onKeyDown={walkLinks}>
          {items.map((item) => (
            <li key={item.revision_id}>
              <Row item={item} isShown={item.revision_id === shownId} />
            </li>
          ))}
        </ol>
      </section>
      <section className="panel changes__one" aria-label={t('changes.change')}>
        {shownId === undefined ? (
          <Empty title={t('changes.none')} hint={t('changes.none_hint')} />
        ) : (
          <ChangePane key={shownId} revisionId={shownId} items={items} />
        )}
      </section>
    </div>
  )
}

function Row({ item, isShown }: { item: ChangeHead; isShown: boolean }) {
  const { t } = useTranslation()
  return (
    <Link
      className={`entry-row ${isShown ? 'is-chosen' : ''}`}
      aria-current={isShown}
      to={`/changes/${item.revision_id}`}
    >
      <span className="entry-row__title">{item.title}</span>
      {isDue(item) && <span className="tag tag--waiting">{t('changes.must_read')}</span>}
      {item.acknowledged_at !== null && <span className="tag tag--ready">{t('changes.read')}</span>}
      <span className="entry-row__facts">
        {[
          t(item.number === 1 ? 'changes.new_entry' : 'changes.revision', { number: item.number }),
          item.sector === null ? '' : sectorText(t, item.sector),
          localTime(item.published_at),
        ]
          .filter(Boolean)
          .join(' · ')}
      </span>
    </Link>
  )
}
