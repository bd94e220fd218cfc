import { useState } from 'react'

import { asProblem } from '@/api/problem'
import type { BookSector } from '@/api/queries/hints'
import { useTryBook } from '@/api/queries/hints'
import type { HintBook, TestedLine } from '@/api/types'
import { problemText } from '@/i18n/problemText'
import { useTranslation } from '@/i18n/useTranslation'
import { Button } from '@/ui/Button'
import { Banner } from '@/ui/states'

import { typedLines, withoutEmptyLines } from './sections'

/** Tries the book that is being edited on typed sentences. */
export function TestBox({ sector, book }: { sector: BookSector; book: HintBook }) {
  const { t } = useTranslation()
  const [text, setText] = useState(t('hint_book.test_sample'))
  const attempt = useTryBook(sector)
  const marks = { agent: [t('hint_book.mark_agent'), 'A'], customer: [t('hint_book.mark_customer'), 'C'] }
  const lines = typedLines(text, marks)
  return (
    <section className="panel hint-test" aria-labelledby="hint-test-title">
      <h2 id="hint-test-title" className="panel__title">
        {t('hint_book.test')}
      </h2>
      <p className="field__hint">{t('hint_book.test_help')}</p>
      <form
        onSubmit={(event) => {
          event.preventDefault()
          attempt.mutate({ book: withoutEmptyLines(book), lines })
        }}
      >
        <textarea
          className="input"
          rows={8}
          maxLength={6000}
          aria-label={t('hint_book.test')}
          value={text}
          onChange={(event) => {
            setText(event.target.value)
          }}
        />
        <Button type="submit" tone="primary" disabled={lines.length === 0 || attempt.isPending}>
          {t('hint_book.test_run')}
        </Button>
      </form>
      {attempt.isError && <Banner tone="problem">{problemText(t, asProblem(attempt.error))}</Banner>}
      <ol className="hint-test__lines" aria-live="polite">
        {attempt.data?.lines.map((line, place) => (
          <Line key={place} line={line} />
        ))}
      </ol>
    </section>
  )
}

function Line({ line }: { line: TestedLine }) {
  const { t, i18n } = useTranslation()
  const language = i18n.language.startsWith('zh') ? 'zh' : 'en'
  return (
    <li>
      <p>
        <span className="field__hint">{t(`hint_book.speaker_${line.role}`)}</span> {line.text}
      </p>
      <p className="hint-test__found">
        {line.found.map((found) => (
          <span key={found.kind + found.key} className="tag tag--accent" title={found.advice?.[language]}>
            {t(`hint_book.found_${found.kind}`, { points: found.points })} · {found.name[language]} “
            {Array.from(line.text).slice(found.span.start, found.span.end).join('')}”
          </span>
        ))}
        {line.found.length === 0 && <span className="field__hint">{t('hint_book.nothing')}</span>}
        {line.ask !== null && <span className="tag">{t('hint_book.ask_next', { ask: line.ask[language] })}</span>}
      </p>
    </li>
  )
}
