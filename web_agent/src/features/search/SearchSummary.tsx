import { useTranslation } from '@/i18n/useTranslation'

import { Banner, Failure, Loading } from '@/ui/states'

import type { Search } from './useSearch'

/** What stands above the results: how many, how sure, and what took no part in the search. */
export function SearchSummary({ search }: { search: Search }) {
  const { t } = useTranslation()
  const { answer, error } = search
  if (error !== null) return <Failure error={error} onRetry={search.retry} />
  if (answer === undefined) return <Loading lines={3} />
  const count = answer.cards.length + answer.cases.length
  return (
    <div className="search-summary" role="status">
      {answer.state === 'lexical_only' && <Banner tone="waiting">{t('search.lexical_only')}</Banner>}
      {answer.state === 'local' && <Banner tone="waiting">{t('search.local')}</Banner>}
      {answer.state === 'unavailable' && <Banner tone="waiting">{t('search.unavailable')}</Banner>}
      {answer.state !== 'unavailable' && (
        <p>
          {count === 0
            ? t('search.nothing')
            : t(answer.has_answer ? 'search.count' : 'search.count_unsure', { count, ms: Math.round(answer.took_ms) })}
        </p>
      )}
    </div>
  )
}
