import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'

import { addComment, chooseSubscription, commentsQuery, useCommentsChanged } from '@/api/queries/comments'
import { problemText } from '@/i18n/problemText'
import { useTranslation } from '@/i18n/useTranslation'
import { Button } from '@/ui/Button'
import { localTime } from '@/ui/format'
import { useSaving } from '@/ui/useSaving'

/** What people wrote about an entry, and whether one follows it. */
export function Comments({ entryId }: { entryId: string }) {
  const { t } = useTranslation()
  const talk = useQuery(commentsQuery(entryId))
  const changed = useCommentsChanged(entryId)
  const [text, setText] = useState('')
  const sending = useSaving((words: string) => addComment(entryId, words), {
    onSaved: () => {
      setText('')
      void changed()
    },
  })
  const following = useSaving((wish: boolean) => chooseSubscription(entryId, wish), { onSaved: () => void changed() })
  if (talk.data === undefined) return null
  const { items, is_subscribed: isSubscribed, subscribers } = talk.data
  const problem = sending.problem ?? following.problem
  return (
    <section aria-labelledby="comments-title" className="entry__talk">
      <h3 id="comments-title" className="entry__label">
        {t('comments.title')}
      </h3>
      <p className="field__hint">
        {t('comments.followers', { count: subscribers })}{' '}
        <Button
          isSmall
          tone="quiet"
          disabled={following.isPending}
          onClick={() => {
            following.save(!isSubscribed)
          }}
        >
          {t(isSubscribed ? 'comments.unfollow' : 'comments.follow')}
        </Button>
      </p>
      {items.length === 0 && <p className="field__hint">{t('comments.none')}</p>}
      <ul>
        {items.map((item) => (
          <li key={item.id}>
            <b>{item.author_name}</b> <time dateTime={item.created_at}>{localTime(item.created_at)}</time>
            <p>{item.text}</p>
          </li>
        ))}
      </ul>
      <form
        className="entry__comment"
        onSubmit={(event) => {
          event.preventDefault()
          if (text.trim() !== '') sending.save(text)
        }}
      >
        <input
          className="input"
          aria-label={t('comments.write')}
          placeholder={t('comments.write')}
          maxLength={1000}
          value={text}
          onChange={(event) => {
            setText(event.target.value)
          }}
        />
        <Button type="submit" disabled={text.trim() === '' || sending.isPending}>
          {t('comments.send')}
        </Button>
      </form>
      {problem !== null && (
        <span className="field__error" role="alert">
          {problemText(t, problem)}
        </span>
      )}
    </section>
  )
}
