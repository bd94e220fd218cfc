import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { useTranslation } from '@/i18n/useTranslation'
import { Link } from 'react-router'

import { importsQuery } from '@/api/queries/imports'
import type { ImportSummary } from '@/api/types'
import { problemText } from '@/i18n/problemText'
import type { Column } from '@/ui/DataTable'
import { DataTable } from '@/ui/DataTable'
import { localTime } from '@/ui/format'
import { Banner, Empty, Failure, Loading } from '@/ui/states'
import { usePageTitle } from '@/ui/usePageTitle'

import { DocumentDrop } from './DocumentDrop'
import { ModeFields } from './ModeFields'
import { NotTakenList } from './NotTakenList'
import { PlanCounts } from './PlanCounts'
import { ProgressBar } from './ProgressBar'
import { DEFAULT_SETTINGS } from './settings'
import { SettingsFields } from './SettingsFields'
import { StateTag } from './StateTag'
import { useSending } from './useSending'

import './Imports.css'

/** Drop documents here; below it, every import there was. */
export function ImportsPage() {
  const { t } = useTranslation()
  usePageTitle(t('import.title'))
  return (
    <div className="page imports">
      <div className="page__head">
        <h1 className="page__title">{t('import.title')}</h1>
        <Link to="/knowledge">{t('import.back')}</Link>
      </div>
      <NewImport />
      <PastImports />
    </div>
  )
}

function NewImport() {
  const { t } = useTranslation()
  const [settings, setSettings] = useState(DEFAULT_SETTINGS)
  const { progress, problem, notTaken, send } = useSending()
  return (
    <section className="panel imports__new" aria-labelledby="import-new">
      <div className="panel__head">
        <h2 id="import-new" className="panel__title">
          {t('import.new')}
        </h2>
      </div>
      <div className="imports__body">
        <p className="field__hint">{t('import.lead')}</p>
        {problem !== null && <Banner tone="problem">{problemText(t, problem)}</Banner>}
        <NotTakenList files={notTaken} />
        <SettingsFields
          settings={settings}
          onChange={(changed) => {
            setSettings({ ...settings, ...changed })
          }}
        />
        <ModeFields settings={settings} onChange={setSettings} />
        <DocumentDrop
          isDisabled={progress !== null}
          onPick={(files) => {
            send(files, settings)
          }}
        />
        {progress !== null && (
          <ProgressBar
            label={t('import.sending', { name: progress.name })}
            done={progress.done}
            total={progress.total}
          />
        )}
      </div>
    </section>
  )
}

function PastImports() {
  const { t } = useTranslation()
  const imports = useQuery(importsQuery)
  return (
    <section className="panel" aria-labelledby="import-past">
      <div className="panel__head">
        <h2 id="import-past" className="panel__title">
          {t('import.past')}
        </h2>
      </div>
      {imports.isPending && <Loading lines={4} />}
      {imports.isError && <Failure error={imports.error} onRetry={imports.refetch} />}
      {imports.data?.items.length === 0 && <Empty title={t('import.none')} hint={t('import.none_hint')} />}
      {imports.data !== undefined && imports.data.items.length > 0 && <ImportTable imports={imports.data.items} />}
    </section>
  )
}

function ImportTable({ imports }: { imports: readonly ImportSummary[] }) {
  const { t } = useTranslation()
  const columns: Column<ImportSummary>[] = [
    {
      key: 'state',
      title: t('import.column_state'),
      render: (item) => <StateTag state={item.state} failure={item.failure} />,
    },
    { key: 'began', title: t('import.column_began'), render: (item) => localTime(item.created_at) },
    {
      key: 'files',
      title: t('import.column_files'),
      isMain: true,
      render: (item) => (
        <Link to={`/knowledge/import/${item.id}`}>
          {item.file_count > 1
            ? t('import.files_named', { name: item.first_name, count: item.file_count })
            : item.first_name || t('import.no_files')}
        </Link>
      ),
    },
    { key: 'became', title: t('import.column_became'), render: (item) => <PlanCounts counts={item.counts} /> },
    { key: 'author', title: t('import.column_author'), render: (item) => item.author },
  ]
  return <DataTable caption={t('import.past')} columns={columns} rows={imports} keyOf={(item) => item.id} />
}
