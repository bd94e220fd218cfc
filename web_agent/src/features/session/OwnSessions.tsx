import { useQuery } from '@tanstack/react-query'

import { ownSessionsQuery, useEndOwnSession } from '@/api/queries/session'
import { useTranslation } from '@/i18n/useTranslation'
import { Button } from '@/ui/Button'
import { localTime } from '@/ui/format'
import { Failure, Loading } from '@/ui/states'

/** The browsers in which one is signed in, each with the way to sign it out. */
export function OwnSessions() {
  const { t } = useTranslation()
  const sessions = useQuery(ownSessionsQuery)
  const end = useEndOwnSession()
  const items = sessions.data?.items ?? []
  return (
    <section className="sign-in__card own-sessions" aria-labelledby="own-sessions-title">
      <h2 id="own-sessions-title" className="sign-in__title">
        {t('browsers.title')}
      </h2>
      {sessions.isPending && <Loading lines={2} />}
      {sessions.isError && <Failure error={sessions.error} onRetry={sessions.refetch} />}
      {end.isError && <Failure error={end.error} />}
      <ul className="own-sessions__list">
        {items.map((item) => (
          <li key={item.id} className="own-sessions__item">
            <span>
              {t('browsers.since', { at: localTime(item.created_at) })}
              <br />
              <span className="sign-in__lead">
                {item.is_current ? t('browsers.this') : t('browsers.seen', { at: localTime(item.seen_at) })}
              </span>
            </span>
            {!item.is_current && (
              <Button
                isSmall
                aria-label={t('browsers.end_one', { at: localTime(item.created_at) })}
                disabled={end.isPending}
                onClick={() => {
                  end.mutate(item.id)
                }}
              >
                {t('browsers.end')}
              </Button>
            )}
          </li>
        ))}
      </ul>
      {items.length > 2 && (
        <Button
          disabled={end.isPending}
          onClick={() => {
            end.mutate(null)
          }}
        >
          {t('browsers.end_others')}
        </Button>
      )}
    </section>
  )
}
