import { useTranslation } from '@/i18n/useTranslation'

import type { ImportFileView } from '@/api/types'

import { PlanCounts } from './PlanCounts'

interface FileTableProps {
  files: readonly ImportFileView[]
  chosenId: string | null
  onChoose: (fileId: string) => void
}

/** Every file of the import; buttons, so that Tab and Enter are enough. */
export function FileTable({ files, chosenId, onChoose }: FileTableProps) {
  const { t } = useTranslation()
  return (
    <ul className="import-files">
      {files.map((file) => (
        <li key={file.id}>
          <button
            type="button"
            className="import-files__row"
            aria-pressed={file.id === chosenId}
            onClick={() => {
              onChoose(file.id)
            }}
          >
            <span className="import-files__name">{file.name}</span>
            {file.state === 'ready' || file.state === 'published' ? (
              <PlanCounts counts={file.counts} />
            ) : (
              <span className={file.state === 'refused' ? 'tag tag--waiting' : 'tag'}>
                {t(`import.file_${file.state}`)}
              </span>
            )}
          </button>
        </li>
      ))}
    </ul>
  )
}
