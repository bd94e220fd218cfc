import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'

import { routingCheckQuery, routingQuery, usePutRouting } from '@/api/queries/routing'
import type { RoutingBook, RoutingView } from '@/api/types'
import { usePermission } from '@/features/session/useSession'
import { problemText } from '@/i18n/problemText'
import { useTranslation } from '@/i18n/useTranslation'
import { Button } from '@/ui/Button'
import { localTime } from '@/ui/format'
import { ListPage } from '@/ui/ListPage'
import { Segmented } from '@/ui/Segmented'
import { Banner, Failure, Loading } from '@/ui/states'
import { useSaving } from '@/ui/useSaving'
import { useUnsavedChanges } from '@/ui/useUnsavedChanges'

import { FilesPanel } from './FilesPanel'
import { HistoryPanel } from './HistoryPanel'
import { HoursPanel } from './HoursPanel'
import { NumbersPanel } from './NumbersPanel'
import { ProblemList } from './ProblemList'
import { QueuesPanel } from './QueuesPanel'
import { ReplayPanel } from './ReplayPanel'
import { RoutedCallsPanel } from './RoutedCallsPanel'
import { RulesPanel } from './RulesPanel'
import { TrialPanel } from './TrialPanel'

import './Routing.css'

const TABS = ['numbers', 'queues', 'rules', 'hours', 'trial', 'replay', 'calls', 'history', 'files'] as const
type Tab = (typeof TABS)[number]

/** Numbers, queues, rules and hours: written here, tried here, put in force from here. */
export function RoutingPage() {
  const { t } = useTranslation()
  const routing = useQuery(routingQuery)
  if (routing.data !== undefined) return <RoutingEditor view={routing.data} />
  return (
    <ListPage title={t('routing.title')}>
      {routing.isPending ? <Loading lines={8} /> : <Failure error={routing.error} onRetry={routing.refetch} />}
    </ListPage>
  )
}

function RoutingEditor({ view }: { view: RoutingView }) {
  const { t } = useTranslation()
  const canEdit = usePermission('routing.edit')
  const [tab, setTab] = useState<Tab>('numbers')
  // Null while nothing was changed; what was changed stays where somebody else puts other rules in force meanwhile.
  const [changed, setDraft] = useState<RoutingBook | null>(null)
  const draft = changed ?? view.book
  const isDirty = changed !== null
  const check = useQuery({ ...routingCheckQuery(draft), enabled: isDirty || tab === 'files' })
  const problems = (isDirty ? check.data?.problems : view.problems) ?? view.problems
  const panel = { draft, onChange: setDraft, isReadOnly: !canEdit }
  return (
    <ListPage
      title={t('routing.title')}
      filters={
        <Segmented
          legend={t('routing.parts')}
          isLegendHidden
          value={tab}
          options={TABS.map((value) => ({ value, label: t(`routing.tab_${value}`) }))}
          onChange={setTab}
        />
      }
    >
      <StateLine view={view} />
      {canEdit && (
        <ApplyBar
          draft={draft}
          view={view}
          isDirty={isDirty}
          isBlocked={problems.some((problem) => problem.is_blocking)}
          onDone={() => {
            setDraft(null)
          }}
        />
      )}
      {check.isError && <Banner tone="problem">{t('routing.check_failed')}</Banner>}
      <ProblemList problems={problems} book={draft} />
      {tab === 'numbers' && <NumbersPanel {...panel} />}
      {tab === 'queues' && <QueuesPanel {...panel} agents={view.agents} />}
      {tab === 'rules' && <RulesPanel {...panel} />}
      {tab === 'hours' && <HoursPanel {...panel} />}
      {tab === 'trial' && <TrialPanel book={draft} isDirty={isDirty} />}
      {tab === 'replay' && <ReplayPanel book={draft} isDirty={isDirty} />}
      {tab === 'calls' && <RoutedCallsPanel book={draft} />}
      {tab === 'history' && <HistoryPanel onTake={canEdit ? setDraft : null} />}
      {tab === 'files' && <FilesPanel files={check.data?.files ?? {}} isPending={check.isPending} />}
    </ListPage>
  )
}

function StateLine({ view }: { view: RoutingView }) {
  const { t } = useTranslation()
  const { version } = view
  return (
    <p className="routing__state">
      {version === null
        ? t('routing.no_version')
        : t('routing.since', {
            number: version.number,
            author: version.author_name,
            at: localTime(version.since),
          })}
      {version !== null && (
        <span className={version.state === 'applied' ? 'tag tag--ready' : 'tag'}>
          {t(`routing.state_${version.state}`)}
        </span>
      )}
      {!view.has_exchange && <span className="field__hint">{t('routing.no_exchange')}</span>}
    </p>
  )
}

interface ApplyBarProps {
  draft: RoutingBook
  view: RoutingView
  isDirty: boolean
  isBlocked: boolean
  onDone: () => void
}

/** Says that something is not in force yet, and puts it there. */
function ApplyBar({ draft, view, isDirty, isBlocked, onDone }: ApplyBarProps) {
  const { t } = useTranslation()
  const [note, setNote] = useState('')
  const put = usePutRouting()
  const saving = useSaving(put.mutateAsync, { onSaved: onDone })
  const guard = useUnsavedChanges(isDirty && !saving.isPending)
  return (
    <>
      {guard}
      {saving.problem !== null && <Banner tone="problem">{problemText(t, saving.problem)}</Banner>}
      {isDirty && (
        <form
          className="panel routing__apply"
          onSubmit={(event) => {
            event.preventDefault()
            saving.save({ book: draft, note, based_on: view.newest })
          }}
        >
          <strong>{t('routing.draft')}</strong>
          <input
            className="input"
            aria-label={t('routing.note')}
            placeholder={t('routing.note')}
            maxLength={500}
            value={note}
            onChange={(event) => {
              setNote(event.target.value)
            }}
          />
          <Button tone="quiet" onClick={onDone}>
            {t('routing.discard')}
          </Button>
          <Button type="submit" tone="primary" disabled={isBlocked || saving.isPending}>
            {t(saving.isPending ? 'routing.applying' : 'routing.apply')}
          </Button>
        </form>
      )}
    </>
  )
}
