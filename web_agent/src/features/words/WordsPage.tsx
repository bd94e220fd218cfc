import { useState } from 'react'
import { useTranslation } from '@/i18n/useTranslation'
import { Link } from 'react-router'

import type { WordFilter } from '@/api/queries/words'
import { exportAddress } from '@/api/queries/words'
import type { WordGroup } from '@/api/types'
import { usePermission } from '@/features/session/useSession'
import { AntdProvider } from '@/ui/AntdProvider'
import { Button } from '@/ui/Button'
import { useShortcut } from '@/ui/shortcuts'
import { usePageTitle } from '@/ui/usePageTitle'

import { WordFilters } from './WordFilters'
import { WordForm } from './WordForm'
import { WordImport } from './WordImport'
import { WordTable } from './WordTable'

import './Words.css'

const EVERYTHING: WordFilter = { use: null, sector: null, text: null }

/** The words that searches and the recogniser go by; everybody may read them, curators edit them. */
export function WordsPage() {
  const { t } = useTranslation()
  const canEdit = usePermission('knowledge.edit')
  const [filter, setFilter] = useState(EVERYTHING)
  const [edited, setEdited] = useState<WordGroup | 'new' | null>(null)
  usePageTitle(t('words.title'))
  return (
    <AntdProvider>
      <div className="page words">
        <div className="page__head words__head">
          <h1 className="page__title">{t('words.title')}</h1>
          <Link to="/knowledge">{t('words.back')}</Link>
          <WordDeeds
            canEdit={canEdit}
            onNew={() => {
              setEdited('new')
            }}
          />
        </div>
        <p className="field__hint">{t('words.lead')}</p>
        <WordFilters filter={filter} onChange={setFilter} />
        <WordTable filter={filter} canEdit={canEdit} onEdit={setEdited} />
        {edited !== null && (
          <WordForm
            key={edited === 'new' ? 'new' : edited.id}
            group={edited === 'new' ? null : edited}
            onClose={() => {
              setEdited(null)
            }}
          />
        )}
      </div>
    </AntdProvider>
  )
}

function WordDeeds({ canEdit, onNew }: { canEdit: boolean; onNew: () => void }) {
  const { t } = useTranslation()
  useShortcut({ chord: 'A', group: 'lists', label: t('words.new'), run: onNew, isEnabled: canEdit })
  return (
    <div className="words__deeds">
      <a className="button" href={exportAddress('csv')} download>
        {t('words.export_csv')}
      </a>
      <a className="button" href={exportAddress('yaml')} download>
        {t('words.export_yaml')}
      </a>
      {canEdit && <WordImport />}
      {canEdit && (
        <Button tone="primary" chord="A" onClick={onNew}>
          {t('words.new')}
        </Button>
      )}
    </div>
  )
}
