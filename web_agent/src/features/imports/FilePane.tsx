import { useState } from 'react'
import { useTranslation } from '@/i18n/useTranslation'

import { asProblem } from '@/api/problem'
import { useImportStep } from '@/api/queries/imports'
import type { ImportDetail, ImportFileView } from '@/api/types'
import { codeText, problemText } from '@/i18n/problemText'
import { Button } from '@/ui/Button'
import { Banner, Empty } from '@/ui/states'

import { fileSettingsOf, isSame } from './settings'
import { SettingsFields } from './SettingsFields'
import { UnitList } from './UnitList'

interface FilePaneProps {
  detail: ImportDetail
  file: ImportFileView
}

/** What one file becomes, and the account of its characters. */
export function FilePane({ detail, file }: FilePaneProps) {
  const { t } = useTranslation()
  const isOpen = detail.state === 'ready' || detail.state === 'collecting'
  return (
    <>
      <div className="panel__head">
        <h2 className="panel__title">{file.title || file.name}</h2>
        {isOpen && <RemoveFile detail={detail} file={file} />}
      </div>
      <div className="import__body">
        {file.refusal !== null && (
          <Banner tone="problem">{codeText(t, file.refusal.code, file.refusal.message, file.refusal.details)}</Banner>
        )}
        {file.state === 'waiting' && <Empty title={t('import.file_waiting')} />}
        {file.state === 'unpacked' && <Empty title={t('import.file_unpacked_hint')} />}
        {['ready', 'published', 'taken_back'].includes(file.state) && (
          <>
            <Account file={file} />
            {isOpen && file.state === 'ready' && <OwnSettings detail={detail} file={file} />}
            <UnitList importId={detail.id} file={file} version={`${detail.state}-${JSON.stringify(file.counts)}`} />
          </>
        )}
      </div>
    </>
  )
}

function RemoveFile({ detail, file }: FilePaneProps) {
  const { t } = useTranslation()
  const step = useImportStep(detail.id)
  return (
    <Button
      isSmall
      tone="quiet"
      disabled={step.isPending}
      onClick={() => {
        step.mutate({ do: 'remove', fileId: file.id })
      }}
    >
      {t('import.leave_out')}
    </Button>
  )
}

/** Every character is in an entry or dropped with a reason; anything else is said loudly. */
function Account({ file }: { file: ImportFileView }) {
  const { t } = useTranslation()
  return (
    <div className="import-account">
      <p>
        {t('import.account', { source: file.source_characters, kept: file.kept_characters })}
        {file.encoding !== '' && ` · ${t('import.encoding', { encoding: file.encoding.toUpperCase() })}`}
      </p>
      {file.drops.length > 0 && (
        <ul>
          {file.drops.map((drop) => (
            <li key={drop.reason}>
              {t(`import.drop_${drop.reason}`, { characters: drop.characters, count: drop.count })}
              {drop.example !== '' && <q>{drop.example}</q>}
            </li>
          ))}
        </ul>
      )}
      {file.unexplained_characters !== 0 && (
        <Banner tone="waiting">{t('import.unexplained', { count: file.unexplained_characters })}</Banner>
      )}
    </div>
  )
}

function OwnSettings({ detail, file }: FilePaneProps) {
  const { t } = useTranslation()
  const step = useImportStep(detail.id)
  const before = file.settings ?? fileSettingsOf(detail.settings)
  const [settings, setSettings] = useState(before)
  return (
    <details className="import__settings">
      <summary>{t(file.settings === null ? 'import.file_settings' : 'import.file_settings_own')}</summary>
      <SettingsFields settings={settings} onChange={setSettings} />
      {step.isError && <Banner tone="problem">{problemText(t, asProblem(step.error))}</Banner>}
      <span className="import__actions">
        <Button
          isSmall
          disabled={step.isPending || isSame(settings, before)}
          onClick={() => {
            step.mutate({ do: 'file_settings', fileId: file.id, settings })
          }}
        >
          {t('import.apply')}
        </Button>
        {file.settings !== null && (
          <Button
            isSmall
            tone="quiet"
            disabled={step.isPending}
            onClick={() => {
              setSettings(fileSettingsOf(detail.settings))
              step.mutate({ do: 'file_settings', fileId: file.id, settings: null })
            }}
          >
            {t('import.file_settings_reset')}
          </Button>
        )}
      </span>
    </details>
  )
}
