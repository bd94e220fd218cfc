import { useQuery } from '@tanstack/react-query'
import { useTranslation } from '@/i18n/useTranslation'

import { asProblem } from '@/api/problem'
import { packHistoryQuery, useRestorePack } from '@/api/queries/taxonomy'
import type { TaxonomyVersion } from '@/api/types'
import { problemText } from '@/i18n/problemText'
import { Button } from '@/ui/Button'
import { Failure, Loading } from '@/ui/states'
import { Timeline } from '@/ui/Timeline'

/** Who changed what, the newest first; every version can be gone back to. */
export function PackHistory({ pack, number }: { pack: string; number: number }) {
  const { t } = useTranslation()
  const history = useQuery(packHistoryQuery(pack))
  const restore = useRestorePack(pack, number)
  if (history.isPending) return <Loading lines={3} />
  if (history.isError) return <Failure error={history.error} onRetry={history.refetch} />
  return (
    <div className="taxonomy__body" role="group" aria-label={t('taxonomy.history')}>
      <h3 className="category__label">{t('taxonomy.history')}</h3>
      {history.data.items.length === 0 && <p className="field__hint">{t('taxonomy.no_history')}</p>}
      {restore.error !== null && (
        <p className="field__error" role="alert">
          {problemText(t, asProblem(restore.error))}
        </p>
      )}
      <Timeline
        label={t('taxonomy.history')}
        items={history.data.items.map((version) => ({
          key: version.number,
          at: version.created_at,
          title: `${t('taxonomy.version', version)} ${describe(version)}`,
          detail: version.author,
          action: version.number !== number && (
            <Button
              isSmall
              disabled={restore.isPending}
              aria-label={t('taxonomy.restore_named', version)}
              onClick={() => {
                restore.mutate(version.number)
              }}
            >
              {t('taxonomy.restore')}
            </Button>
          ),
        }))}
      />
    </div>
  )
}

/** The change as its codes and names say it, and how much moved with it. */
function describe({ change, note }: TaxonomyVersion): string {
  const { kind, followed, ...rest } = change
  const moved = Object.entries((followed ?? {}) as Record<string, number>).map(([what, count]) => `${what} ${count}`)
  return [String(kind), ...Object.values(rest).map(String), note, ...moved].filter((part) => part !== '').join(' · ')
}
