import { useInfiniteQuery } from '@tanstack/react-query'
import { Link } from 'react-router'

import { notificationsQuery, useMarkRead } from '@/api/queries/notifications'
import type { NotificationView } from '@/api/types'
import { useTranslation } from '@/i18n/useTranslation'
import { Button } from '@/ui/Button'
import { localTime } from '@/ui/format'
import { Empty, Failure, Loading } from '@/ui/states'

import { addressOfObject } from './addresses'
import { textOf } from './text'

/** One's own notifications, the newest first; opening one marks it read. */
export function NotificationList({ onLeave }: { onLeave: () => void }) {
  const { t } = useTranslation()
  const found = useInfiniteQuery(notificationsQuery)
  const read = useMarkRead()
  const items = found.data?.pages.flatMap((page) => page.items) ?? []
  return (
    <section className="bell__panel" aria-label={t('notifications.title')}>
      <div className="panel__head">
        <h2 className="panel__title">{t('notifications.title')}</h2>
        <Button
          isSmall
          className="banner__action"
          disabled={read.isPending || items.every((item) => item.read_at !== null)}
          onClick={() => {
            read.mutate(null)
          }}
        >
          {t('notifications.read_all')}
        </Button>
      </div>
      <div className="bell__list">
        {found.isPending && <Loading lines={4} />}
        {found.isError && <Failure error={found.error} onRetry={found.refetch} />}
        {found.isSuccess && items.length === 0 && (
          <Empty title={t('notifications.none')} hint={t('notifications.none_hint')} />
        )}
        <ul>
          {items.map((item) => (
            <NotificationRow
              key={item.id}
              item={item}
              onRead={() => {
                if (item.read_at === null) read.mutate([item.id])
              }}
              onLeave={onLeave}
            />
          ))}
        </ul>
        {found.hasNextPage && (
          <Button className="more" disabled={found.isFetchingNextPage} onClick={() => found.fetchNextPage()}>
            {t('common.more')}
          </Button>
        )}
      </div>
    </section>
  )
}

interface RowProps {
  item: NotificationView
  onRead: () => void
  onLeave: () => void
}

function NotificationRow({ item, onRead, onLeave }: RowProps) {
  const { t } = useTranslation()
  const address = addressOfObject(item)
  const text = textOf(t, item)
  return (
    <li className={item.read_at === null ? 'bell__item is-unread' : 'bell__item'}>
      {address === null ? (
        <span>{text}</span>
      ) : (
        <Link
          to={address}
          onClick={() => {
            onRead()
            onLeave()
          }}
        >
          {text}
        </Link>
      )}
      <span className="bell__facts">
        <time dateTime={item.created_at}>{localTime(item.created_at)}</time>
        {item.read_at === null && (
          <Button isSmall tone="quiet" aria-label={t('notifications.read_named', { text })} onClick={onRead}>
            {t('notifications.read')}
          </Button>
        )}
      </span>
    </li>
  )
}
