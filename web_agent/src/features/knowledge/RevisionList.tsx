import { useTranslation } from '@/i18n/useTranslation'

import type { RevisionDetail } from '@/api/types'
import { localTime } from '@/ui/format'

import { authorText, RevisionTag } from './EntryView'

interface RevisionListProps {
  revisions: readonly RevisionDetail[]
  shownId: string
  onShow: (revision: RevisionDetail) => void
}

/** Every text the entry ever had, the newest first; none is ever changed. */
export function RevisionList({ revisions, shownId, onShow }: RevisionListProps) {
  const { t } = useTranslation()
  return (
    <section aria-labelledby="revisions-title">
      <h3 id="revisions-title" className="entry__label">
        {t('knowledge.revisions')}
      </h3>
      <ol className="revisions">
        {revisions.map((revision) => (
          <li key={revision.id}>
            <button
              type="button"
              className="revisions__row"
              aria-pressed={revision.id === shownId}
              onClick={() => {
                onShow(revision)
              }}
            >
              <b>{t('knowledge.revision_number', { number: revision.number })}</b>
              <RevisionTag state={revision.state} />
              <span>{localTime(revision.created_at)}</span>
              <span>{authorText(t, revision)}</span>
              <span className="revisions__note">{revision.change_note}</span>
            </button>
          </li>
        ))}
      </ol>
    </section>
  )
}
