import { useQuery } from '@tanstack/react-query'

import { entryUseQuery } from '@/api/queries/curation'
import { useTranslation } from '@/i18n/useTranslation'
import { DataTable } from '@/ui/DataTable'

const FIGURES = ['shown', 'read_out', 'used', 'dismissed', 'wrong', 'solved', 'called_again', 'flags'] as const

/** How often an entry's card was shown in calls and what agents made of it, by revision. */
export function UseFigures({ entryId }: { entryId: string }) {
  const { t } = useTranslation()
  const use = useQuery(entryUseQuery(entryId))
  if (use.data === undefined) return null
  return (
    <section aria-labelledby="use-title">
      <h3 id="use-title" className="entry__label">
        {t('curation.use', { calls: use.data.calls })}
      </h3>
      <DataTable
        caption={t('curation.use', { calls: use.data.calls })}
        columns={[
          {
            key: 'revision',
            title: t('curation.use_revision'),
            render: (row) => t('knowledge.revision_number', { number: row.number }),
          },
          ...FIGURES.map((name) => ({
            key: name,
            title: t(`curation.use_${name}`),
            isNumber: true,
            render: (row: (typeof use.data.revisions)[number]) => row[name],
          })),
        ]}
        rows={use.data.revisions}
        keyOf={(row) => row.number}
      />
    </section>
  )
}
