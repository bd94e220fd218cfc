import type { AttemptItem, GradedAnswer, GradedPart } from '@/api/types'
import type { Translate } from '@/i18n/useTranslation'
import { useTranslation } from '@/i18n/useTranslation'
import { percent } from '@/ui/format'

import { FIELDS } from './fields'

const SIGNS = { right: '✓', partly: '◐', wrong: '✕', missing: '–' } as const

/** The score of an answer, part by part, with what was right. */
export function Verdict({ answer, item }: { answer: GradedAnswer; item: AttemptItem }) {
  const { t } = useTranslation()
  if (answer.score === null) return <p role="status">{t('learning.recorded')}</p>
  return (
    <section className="learning__verdict" aria-label={t('learning.verdict')} aria-live="polite">
      <b>{t('learning.item_score', { score: percent(answer.score) })}</b>
      <ul>
        {answer.parts.map((part) => (
          <li key={part.part}>
            <span aria-hidden="true">{SIGNS[part.reason]}</span> {t(`practice.${part.part}`)}：
            {t(`learning.reason_${part.reason}`)}
            {part.reason !== 'right' && part.gold.length > 0 && (
              <span className="field__hint">
                {' '}
                {t(part.part === 'choice' ? 'learning.right' : 'learning.gold', { text: goldText(t, part, item) })}
              </span>
            )}
          </li>
        ))}
      </ul>
      {answer.explanation !== '' && <p>{answer.explanation}</p>}
    </section>
  )
}

function goldText(t: Translate, part: GradedPart, item: AttemptItem): string {
  const texts = part.gold.map((gold) => {
    if (part.part === 'choice') return item.choices[Number(gold)] ?? gold
    if (part.part === 'card') return item.cards.find((card) => card.entry_id === gold)?.title ?? gold
    if (part.part === 'category') {
      return item.categories.find((known) => known.category_id === gold)?.path.join(' › ') ?? gold
    }
    const field = FIELDS.find((known) => known === gold)
    return field === undefined ? gold : t(`practice.field_${field}`)
  })
  return texts.join(' ')
}
