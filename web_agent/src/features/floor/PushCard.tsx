import { asProblem } from '@/api/problem'
import { usePushCard } from '@/api/queries/floor'
import { useSearch } from '@/features/search/useSearch'
import { problemText } from '@/i18n/problemText'
import { useTranslation } from '@/i18n/useTranslation'
import { Button } from '@/ui/Button'
import { Banner } from '@/ui/states'

const SHOWN = 5

/** Finds an entry and puts it before the agent of a call; the caller hears nothing of it. */
export function PushCard({ callId }: { callId: string }) {
  const { t } = useTranslation()
  const search = useSearch(callId)
  const push = usePushCard(callId)
  const cards = search.answer?.cards.slice(0, SHOWN) ?? []
  return (
    <div className="floor__push">
      <label className="field">
        <span className="field__label">{t('floor.push')}</span>
        <input
          className="input"
          type="search"
          aria-label={t('floor.push_label')}
          placeholder={t('floor.push_placeholder')}
          maxLength={200}
          value={search.text}
          onChange={(event) => {
            search.setText(event.target.value)
          }}
          onCompositionStart={() => {
            search.setIsComposing(true)
          }}
          onCompositionEnd={() => {
            search.setIsComposing(false)
          }}
        />
      </label>
      {search.error !== null && <Banner tone="problem">{problemText(t, asProblem(search.error))}</Banner>}
      {search.answer !== undefined && cards.length === 0 && <p className="floor__hint">{t('floor.push_none')}</p>}
      <ul className="floor__found">
        {cards.map((card) => (
          <li key={card.entry_id}>
            <span>{card.title}</span>
            <Button
              isSmall
              disabled={push.isPending}
              aria-label={t('floor.push_it_named', { title: card.title })}
              onClick={() => {
                push.mutate(card.entry_id, {
                  onSuccess: () => {
                    search.setText('')
                  },
                })
              }}
            >
              {t('floor.push_it')}
            </Button>
          </li>
        ))}
      </ul>
      {push.isError && <Banner tone="problem">{problemText(t, asProblem(push.error))}</Banner>}
      {push.isSuccess && <Banner tone="ready">{t('floor.pushed', { title: push.data.title })}</Banner>}
    </div>
  )
}
