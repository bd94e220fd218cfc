import { useTranslation } from '@/i18n/useTranslation'
import { Empty, Loading } from '@/ui/states'

/** The configuration of Asterisk that the rules make, to be read before it is put in force. */
export function FilesPanel({ files, isPending }: { files: Readonly<Record<string, string>>; isPending: boolean }) {
  const { t } = useTranslation()
  if (isPending) return <Loading lines={8} />
  if (Object.keys(files).length === 0) return <Empty title={t('routing.no_files')} hint={t('routing.no_files_hint')} />
  return (
    <div className="routing__files">
      {Object.entries(files).map(([name, text]) => (
        <section key={name} className="panel routing__form" aria-label={name}>
          <h2 className="panel__title">{name}</h2>
          {/* eslint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- rejected: what scrolls must be reached by keys. */}
          <pre tabIndex={0}>{text}</pre>
        </section>
      ))}
    </div>
  )
}
