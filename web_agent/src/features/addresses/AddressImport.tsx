import { useState } from 'react'

import { asProblem } from '@/api/problem'
import { useImportAddresses } from '@/api/queries/addresses'
import { useTranslation } from '@/i18n/useTranslation'
import { Button } from '@/ui/Button'
import { FileButton } from '@/ui/FileButton'
import { Banner } from '@/ui/states'
import { TableMistakes } from '@/ui/TableMistakes'

/** Takes a file of places: first what it would change, then the change itself; a file with mistakes changes nothing. */
export function AddressImport() {
  const { t } = useTranslation()
  const [file, setFile] = useState<File | null>(null)
  const sending = useImportAddresses()
  const problem = sending.isError ? asProblem(sending.error) : null
  const preview = sending.isSuccess && sending.data.is_preview ? sending.data : null
  return (
    <div className="addresses__import">
      <h3>{t('addresses.import')}</h3>
      <p className="field__hint">{t('addresses.import_hint')}</p>
      <FileButton
        label={t('addresses.import')}
        accept=".csv,.xlsx,text/csv"
        isDisabled={sending.isPending}
        onPick={(chosen) => {
          setFile(chosen)
          sending.mutate({ file: chosen, isPreview: true })
        }}
      >
        {t('addresses.choose_file')}
      </FileButton>
      {preview !== null && file !== null && (
        <Banner
          tone="plain"
          action={
            preview.created + preview.changed > 0 && (
              <Button
                tone="primary"
                disabled={sending.isPending}
                onClick={() => {
                  sending.mutate({ file, isPreview: false })
                }}
              >
                {t('addresses.take')}
              </Button>
            )
          }
        >
          {file.name}: {t('addresses.preview', { ...preview })}
          <ul>
            {preview.examples.map((example) => (
              <li key={example}>{example}</li>
            ))}
          </ul>
        </Banner>
      )}
      {sending.isSuccess && !sending.data.is_preview && (
        <p role="status">{t('addresses.imported', { ...sending.data })}</p>
      )}
      {problem !== null && <TableMistakes problem={problem} />}
    </div>
  )
}
