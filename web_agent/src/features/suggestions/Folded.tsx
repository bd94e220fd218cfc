import { useTranslation } from '@/i18n/useTranslation'
import { Link } from 'react-router'

import type { FoldedDocument } from '@/api/types'

interface FoldedProps {
  documents: readonly FoldedDocument[]
  /** Where an entry or case of this id is read. */
  addressOf: (documentId: string) => string
}

/** What says nearly the same and stands behind the one shown; opens to the list of it. */
export function Folded({ documents, addressOf }: FoldedProps) {
  const { t } = useTranslation()
  if (documents.length === 0) return null
  return (
    <details className="folded">
      <summary>{t('card.folded', { count: documents.length })}</summary>
      <ul>
        {documents.map((document) => (
          <li key={document.document_id}>
            <Link to={addressOf(document.document_id)}>{document.title}</Link>
            {document.region !== null && <span className="tag">{document.region}</span>}
          </li>
        ))}
      </ul>
    </details>
  )
}
