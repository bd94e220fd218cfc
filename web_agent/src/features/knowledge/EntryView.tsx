import { type Translate, useTranslation } from '@/i18n/useTranslation'

import type { RevisionDetail } from '@/api/types'
import { CardView } from '@/features/suggestions/CardView'
import { CopyScript } from '@/features/suggestions/ScriptActions'

import '@/ui/reading.css'

/** A revision as the agent sees it, and below it what the agent does not see at once: variants, sources, owner. */
export function EntryView({ revision }: { revision: RevisionDetail }) {
  const { t } = useTranslation()
  return (
    <div className="entry">
      <CardView
        isOpen
        content={{ ...revision, revision_number: revision.number }}
        aside={<RevisionTag state={revision.state} />}
        {...(revision.script !== '' && { actions: <CopyScript script={revision.script} /> })}
      />
      <section aria-labelledby={`variants-${revision.id}`}>
        <h3 id={`variants-${revision.id}`} className="entry__label">
          {t('entry.variants')}
        </h3>
        {revision.variants.length === 0 ? (
          <p className="field__hint">{t('entry.no_variants')}</p>
        ) : (
          <ul className="entry__variants">
            {revision.variants.map((variant) => (
              <li key={variant}>{variant}</li>
            ))}
          </ul>
        )}
      </section>
      <EntryFacts revision={revision} />
    </div>
  )
}

export function RevisionTag({ state }: { state: RevisionDetail['state'] }) {
  const { t } = useTranslation()
  const tone = state === 'published' ? 'tag tag--ready' : state === 'retired' ? 'tag' : 'tag tag--waiting'
  return <span className={tone}>{t(`entry.state_${state}`)}</span>
}

/** Text from a knowledge pack has no person behind it. */
export function authorText(t: Translate, revision: RevisionDetail): string {
  if (revision.origin === 'pack') return t('entry.origin_pack')
  return revision.origin === 'document' ? t('entry.origin_document', { author: revision.author }) : revision.author
}

function EntryFacts({ revision }: { revision: RevisionDetail }) {
  const { t } = useTranslation()
  const facts: readonly (readonly [string, string])[] = [
    [t('entry.owner'), revision.owner],
    [t('entry.region'), revision.region ?? t('entry.everywhere')],
    [t('entry.valid'), [revision.valid_from ?? '…', revision.valid_until ?? '…'].join(' – ')],
    [t('entry.author'), authorText(t, revision)],
    [t('entry.change_note'), revision.change_note],
  ]
  return (
    <section aria-label={t('entry.facts')}>
      <dl className="entry__facts">
        {facts
          .filter(([, value]) => value !== '')
          .map(([name, value]) => (
            <div key={name}>
              <dt>{name}</dt>
              <dd>{value}</dd>
            </div>
          ))}
        {revision.sources.map((source) => (
          <div key={`${source.title}${source.detail}`}>
            <dt>{t('entry.source')}</dt>
            <dd>{[source.title, source.detail].filter(Boolean).join(' · ')}</dd>
          </div>
        ))}
      </dl>
    </section>
  )
}
