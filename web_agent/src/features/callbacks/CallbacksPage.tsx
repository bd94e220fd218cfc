import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { Link } from 'react-router'

import { callbacksQuery, voicemailsQuery } from '@/api/queries/callbacks'
import { usePermission } from '@/features/session/useSession'
import { useTranslation } from '@/i18n/useTranslation'
import { ListPage } from '@/ui/ListPage'
import { Segmented } from '@/ui/Segmented'

import { Requests } from './Requests'
import { Voicemails } from './Voicemails'

import './Callbacks.css'

const VIEWS = ['due', 'voicemails', 'later', 'over', 'handled'] as const
type View = (typeof VIEWS)[number]

/** Callers who asked for a call, and messages that callers left when nobody was free. */
export function CallbacksPage() {
  const { t } = useTranslation()
  const [view, setView] = useState<View>('due')
  const maySeeMarks = usePermission('floor.watch')
  const requests = useQuery(callbacksQuery('due'))
  const messages = useQuery(voicemailsQuery(true))
  const counts: Partial<Record<View, number | undefined>> = {
    due: requests.data?.due,
    later: requests.data?.later,
    voicemails: messages.data?.waiting,
  }
  return (
    <ListPage
      title={t('callbacks.title')}
      actions={maySeeMarks && <Link to="/surveys">{t('surveys.title')}</Link>}
      filters={
        <Segmented
          legend={t('callbacks.view')}
          isLegendHidden
          value={view}
          options={VIEWS.map((value) => ({
            value,
            label: [t(`callbacks.view_${value}`), counts[value]].filter((part) => part !== undefined).join(' '),
          }))}
          onChange={setView}
        />
      }
    >
      {view === 'voicemails' || view === 'handled' ? (
        <Voicemails
          isWaiting={view === 'voicemails'}
          onCalled={() => {
            setView('due')
          }}
        />
      ) : (
        <Requests view={view} />
      )}
    </ListPage>
  )
}
