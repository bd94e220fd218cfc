import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { useTranslation } from '@/i18n/useTranslation'
import { Link } from 'react-router'

import { asProblem } from '@/api/problem'
import { revisionsQuery, useRetireEntry } from '@/api/queries/knowledge'
import type { EntryDetail, RevisionDetail } from '@/api/types'
import { EntryRun } from '@/features/knowledge-tests/EntryRun'
import { usePermission } from '@/features/session/useSession'
import { problemText } from '@/i18n/problemText'
import { Button } from '@/ui/Button'
import { ConfirmButton } from '@/ui/ConfirmButton'
import { Kbd } from '@/ui/Kbd'
import { useShortcut } from '@/ui/shortcuts'
import { Banner, Failure, Loading } from '@/ui/states'

import { Comments } from './Comments'
import { UseFigures } from './UseFigures'
import { EntryView } from './EntryView'
import { MustReadForm } from './MustReadForm'
import { ReviewBar } from './ReviewBar'
import { RevisionCompare } from './RevisionCompare'
import { RevisionList } from './RevisionList'
import { useGo } from '@/ui/useGo'

/** One entry: its present text or an older revision, with the way to edit it. */
export function EntryPane({ entry }: { entry: EntryDetail }) {
  const { t } = useTranslation()
  const canEdit = usePermission('knowledge.edit')
  const revisions = useQuery(revisionsQuery(entry.id))
  const [shown, setShown] = useState<RevisionDetail | null>(null)
  return (
    <>
      <div className="panel__head">
        <h2 className="panel__title">{t('knowledge.as_agent')}</h2>
        {canEdit && entry.current.state !== 'retired' && <EditActions entry={entry} />}
      </div>
      <div className="browser__body">
        {shown !== null && (
          <Banner
            tone="plain"
            action={
              <Button
                isSmall
                onClick={() => {
                  setShown(null)
                }}
              >
                {t('knowledge.show_current')}
              </Button>
            }
          >
            {t('knowledge.old_revision', { number: shown.number })}
          </Banner>
        )}
        {canEdit && revisions.data !== undefined && (
          <ReviewBar entry={entry} revisions={revisions.data.items} onShow={setShown} />
        )}
        {shown !== null && revisions.data !== undefined && (
          <RevisionCompare
            key={shown.id}
            entry={entry}
            shown={shown}
            revisions={revisions.data.items}
            canRestore={canEdit}
            onRestored={() => {
              setShown(null)
            }}
          />
        )}
        <EntryView revision={shown ?? entry.current} />
        {canEdit && shown === null && entry.current.state === 'published' && <MustReadForm entry={entry} />}
        {canEdit && <EntryRun entryId={entry.id} revisionNumber={(shown ?? entry.current).number} />}
        <UseFigures entryId={entry.id} />
        <Comments entryId={entry.id} />
        {revisions.isPending && <Loading lines={2} />}
        {revisions.isError && <Failure error={revisions.error} onRetry={revisions.refetch} />}
        {revisions.data !== undefined && (
          <RevisionList
            revisions={revisions.data.items}
            shownId={(shown ?? entry.current).id}
            onShow={(revision) => {
              setShown(revision.id === entry.current.id ? null : revision)
            }}
          />
        )}
      </div>
    </>
  )
}

function EditActions({ entry }: { entry: EntryDetail }) {
  const { t } = useTranslation()
  const go = useGo()
  const retire = useRetireEntry()
  const address = `/knowledge/${entry.id}/edit`
  useShortcut({
    chord: 'E',
    group: 'lists',
    label: t('knowledge.edit'),
    run: () => {
      go(address)
    },
  })
  return (
    <span className="browser__actions">
      <ConfirmButton
        question={t('knowledge.retire_sure')}
        confirmLabel={t('knowledge.retire_yes')}
        error={retire.isError ? problemText(t, asProblem(retire.error)) : null}
        isPending={retire.isPending}
        onConfirm={() => {
          retire.mutate(entry.id)
        }}
      >
        {t('knowledge.retire')}
      </ConfirmButton>
      <Link className="button button--small" to={address} aria-keyshortcuts="E">
        {t('knowledge.edit')}
        <Kbd chord="E" />
      </Link>
    </span>
  )
}
