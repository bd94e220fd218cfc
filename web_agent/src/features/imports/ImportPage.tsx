import { useQuery, useQueryClient } from '@tanstack/react-query'
import { useEffect, useState } from 'react'
import { useTranslation } from '@/i18n/useTranslation'
import { Link, useLocation, useParams } from 'react-router'

import { asProblem } from '@/api/problem'
import type { ImportStep } from '@/api/queries/imports'
import { importQuery, isWorking, useImportStep } from '@/api/queries/imports'
import type { ImportDetail } from '@/api/types'
import { problemText } from '@/i18n/problemText'
import { Button } from '@/ui/Button'
import { ConfirmButton } from '@/ui/ConfirmButton'
import { localTime } from '@/ui/format'
import { Banner, Empty, Failure, Loading } from '@/ui/states'
import { usePageTitle } from '@/ui/usePageTitle'

import { FilePane } from './FilePane'
import { FileTable } from './FileTable'
import { ModeFields } from './ModeFields'
import { NotTakenList } from './NotTakenList'
import { PlanCounts } from './PlanCounts'
import { ProgressBar } from './ProgressBar'
import { isSame } from './settings'
import { SettingsFields } from './SettingsFields'
import { StateTag } from './StateTag'
import { TestRefusal } from './TestRefusal'
import type { NotTaken } from './useSending'

import './Imports.css'

/** One import: its files on the left, what the chosen one becomes on the right. */
export function ImportPage() {
  const { t } = useTranslation()
  const { importId = '' } = useParams()
  const found = useQuery(importQuery(importId))
  usePageTitle(t('import.title'))
  if (found.isPending) return <Loading lines={10} />
  if (found.isError) return <Failure error={found.error} onRetry={found.refetch} />
  return <Import key={importId} detail={found.data} />
}

function Import({ detail }: { detail: ImportDetail }) {
  const { t } = useTranslation()
  const [chosenId, setChosenId] = useState<string | null>(null)
  const chosen = detail.files.find((file) => file.id === chosenId) ?? detail.files[0]
  useKnowledgeAfter(detail)
  return (
    <div className="import">
      <Head detail={detail} />
      <div className="import__columns">
        <section className="panel import__files" aria-label={t('import.files')}>
          <FileTable files={detail.files} chosenId={chosen?.id ?? null} onChoose={setChosenId} />
        </section>
        <section className="panel import__file" aria-label={t('import.file')}>
          {chosen === undefined ? (
            <Empty title={t('import.no_files')} />
          ) : (
            <FilePane key={chosen.id} detail={detail} file={chosen} />
          )}
        </section>
      </div>
    </div>
  )
}

/** Lists of entries that were read before the import was published are out of date. */
function useKnowledgeAfter({ state }: ImportDetail): void {
  const client = useQueryClient()
  useEffect(() => {
    if (state !== 'finished' && state !== 'taken_back') return
    for (const name of ['knowledge', 'knowledge-tests']) void client.invalidateQueries({ queryKey: [name] })
  }, [client, state])
}

function Head({ detail }: { detail: ImportDetail }) {
  const { t } = useTranslation()
  const step = useImportStep(detail.id)
  const state = useLocation().state as { notTaken?: NotTaken[] } | null
  return (
    <section className="panel import__head" aria-labelledby="import-title">
      <div className="panel__head">
        <h1 id="import-title" className="panel__title">
          <Link to="/knowledge/import">{t('import.title')}</Link> › {detail.first_name || t('import.no_files')}
        </h1>
        <StateTag state={detail.state} failure={detail.failure} />
        <PlanCounts counts={detail.counts} />
        {detail.refused_count > 0 && (
          <span className="tag tag--waiting">{t('import.refused_files', { count: detail.refused_count })}</span>
        )}
        <Actions detail={detail} isBusy={step.isPending} onStep={step.mutate} />
      </div>
      {isWorking(detail.state) && (
        <ProgressBar
          label={t(detail.is_testing ? 'import.testing' : `import.state_${detail.state}`)}
          done={detail.is_testing ? null : detail.done_count}
          total={detail.file_count}
        />
      )}
      {step.isError && <Banner tone="problem">{problemText(t, asProblem(step.error))}</Banner>}
      <TestRefusal
        key={detail.failure}
        detail={detail}
        isPending={step.isPending}
        onPublish={(consent) => {
          step.mutate({ do: 'publish', consent })
        }}
      />
      {detail.state === 'finished' && <Done detail={detail} />}
      {detail.state === 'taken_back' && <TakenBack detail={detail} />}
      <NotTakenList files={state?.notTaken ?? []} />
      {(detail.state === 'ready' || detail.state === 'collecting') && <BatchSettings detail={detail} />}
    </section>
  )
}

function Done({ detail }: { detail: ImportDetail }) {
  const { t } = useTranslation()
  const said = t(detail.settings.mode === 'review' ? 'import.done_review' : 'import.done')
  if (detail.test_run_id === null) return <Banner tone="ready">{said}</Banner>
  return (
    <Banner tone="ready" action={<Link to={`/knowledge/tests?run=${detail.test_run_id}`}>{t('import.open_run')}</Link>}>
      {said}
    </Banner>
  )
}

function TakenBack({ detail: { taken_back: done } }: { detail: ImportDetail }) {
  const { t } = useTranslation()
  if (done === null) return null
  const said = t('import.taken_back', { by: done.by, at: localTime(done.at ?? ''), count: done.entries })
  return (
    <Banner tone={done.left > 0 ? 'waiting' : 'ready'}>
      {said} {done.left > 0 && t('import.taken_back_left', { count: done.left })}
    </Banner>
  )
}

interface ActionsProps {
  detail: ImportDetail
  isBusy: boolean
  onStep: (step: ImportStep) => void
}

function Actions({ detail, isBusy, onStep }: ActionsProps) {
  const { t } = useTranslation()
  const changes = (['new', 'changed', 'gone'] as const).reduce((sum, plan) => sum + (detail.counts[plan] ?? 0), 0)
  if (detail.state === 'taken_back' || detail.state === 'taking_back') return null
  if (detail.state === 'finished' || detail.state === 'cancelled')
    return changes > 0 && detail.files.some((file) => file.state === 'published') ? (
      <span className="import__actions">
        <ConfirmButton
          question={t('import.take_back_sure', { count: changes })}
          confirmLabel={t('import.take_back')}
          isDisabled={isBusy}
          onConfirm={() => {
            onStep({ do: 'take_back' })
          }}
        >
          {t('import.take_back')}
        </ConfirmButton>
      </span>
    ) : null
  return (
    <span className="import__actions">
      <ConfirmButton
        question={t('import.cancel_sure')}
        confirmLabel={t('import.cancel')}
        isDisabled={isBusy}
        onConfirm={() => {
          onStep({ do: 'cancel' })
        }}
      >
        {t('import.cancel')}
      </ConfirmButton>
      {(detail.state === 'collecting' || detail.failure !== null) && !isWorking(detail.state) && (
        <Button
          isSmall
          disabled={isBusy}
          onClick={() => {
            onStep({ do: 'read' })
          }}
        >
          {t('import.read_again')}
        </Button>
      )}
      {detail.state !== 'collecting' && (
        // Stays in its place while it works, so that the second press of a double click meets no other button.
        <Button
          isSmall
          tone={detail.test_refusal === null ? 'primary' : 'plain'}
          disabled={isBusy || detail.state !== 'ready'}
          onClick={() => {
            onStep({ do: 'publish', consent: { ask_before_drop: true, override_reason: '' } })
          }}
        >
          {t(detail.settings.mode === 'review' ? 'import.submit' : 'import.publish', { count: changes })}
        </Button>
      )}
    </span>
  )
}

function BatchSettings({ detail }: { detail: ImportDetail }) {
  const { t } = useTranslation()
  const step = useImportStep(detail.id)
  const [settings, setSettings] = useState(detail.settings)
  return (
    <details className="import__settings">
      <summary>{t('import.settings')}</summary>
      <SettingsFields
        settings={settings}
        onChange={(changed) => {
          setSettings({ ...settings, ...changed })
        }}
      />
      <ModeFields settings={settings} onChange={setSettings} />
      {step.isError && <Banner tone="problem">{problemText(t, asProblem(step.error))}</Banner>}
      <Button
        isSmall
        disabled={step.isPending || isSame(settings, detail.settings)}
        onClick={() => {
          step.mutate({ do: 'settings', settings })
        }}
      >
        {t('import.apply')}
      </Button>
    </details>
  )
}
