import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'

import type { BookSector } from '@/api/queries/hints'
import { BOOK_SECTORS, fetchShippedBook, hintBooksQuery, saveBook, useBookSaved } from '@/api/queries/hints'
import type { HintBook, HintBookView } from '@/api/types'
import { usePermission } from '@/features/session/useSession'
import { problemText } from '@/i18n/problemText'
import { useTranslation } from '@/i18n/useTranslation'
import { Button } from '@/ui/Button'
import { localTime } from '@/ui/format'
import { ListPage } from '@/ui/ListPage'
import { Segmented } from '@/ui/Segmented'
import { sectorText } from '@/ui/sectors'
import { Banner, Failure, Loading } from '@/ui/states'
import { useSaving } from '@/ui/useSaving'
import { useUnsavedChanges } from '@/ui/useUnsavedChanges'

import { Section } from './BookSections'
import type { SectionName } from './sections'
import { SECTIONS, withoutEmptyLines } from './sections'
import { TestBox } from './TestBox'

import './HintBooks.css'

/** The hint books: what agents are reminded of during a call, by sector, with a box to try them. */
export function HintBooksPage() {
  const { t } = useTranslation()
  const [sector, setSector] = useState<BookSector>('power')
  const books = useQuery(hintBooksQuery)
  const view = books.data?.find((book) => book.sector === sector)
  return (
    <ListPage
      title={t('hint_book.title')}
      filters={
        <Segmented
          legend={t('hint_book.sector')}
          isLegendHidden
          value={sector}
          options={BOOK_SECTORS.map((value) => ({
            value,
            label: value === 'general' ? t('hint_book.general') : sectorText(t, value),
          }))}
          onChange={setSector}
        />
      }
    >
      <p className="field__hint">{t('hint_book.lead')}</p>
      {books.isPending && <Loading lines={10} />}
      {books.isError && <Failure error={books.error} onRetry={books.refetch} />}
      {view !== undefined && <Book key={`${sector}:${view.number}`} sector={sector} view={view} />}
    </ListPage>
  )
}

function Book({ sector, view }: { sector: BookSector; view: HintBookView }) {
  const { t } = useTranslation()
  const mayEdit = usePermission('knowledge.edit')
  const [book, setBook] = useState<HintBook>(view.book)
  const [section, setSection] = useState<SectionName>('steps')
  const [note, setNote] = useState('')
  const saved = useBookSaved()
  const saving = useSaving(saveBook(sector), { onSaved: saved })
  const isDirty = book !== view.book
  const guard = useUnsavedChanges(isDirty && !saving.isPending)
  return (
    <div className="hint-books">
      <form
        className="panel hint-books__book"
        aria-label={t('hint_book.title')}
        onSubmit={(event) => {
          event.preventDefault()
          saving.save({ book: withoutEmptyLines(book), note: note.trim(), based_on: view.number })
        }}
      >
        {guard}
        <div className="hint-books__head">
          <Segmented
            legend={t('hint_book.section')}
            isLegendHidden
            value={section}
            options={SECTIONS.map((value) => ({ value, label: t(`hint_book.section_${value}`) }))}
            onChange={setSection}
          />
          <span className="field__hint">
            {view.since === null
              ? t('hint_book.shipped')
              : t('hint_book.version', { number: view.number, author: view.author_name, at: localTime(view.since) })}
          </span>
        </div>
        {section !== 'tracks' && <p className="field__hint">{t('hint_book.phrase_help')}</p>}
        {saving.problem !== null && (
          <Banner tone="problem">
            {problemText(t, saving.problem)} {saving.problem.fields.map((error) => error.field).join('、')}
          </Banner>
        )}
        <fieldset className="hint-books__fields" disabled={!mayEdit}>
          <Section name={section} book={book} onChange={setBook} />
        </fieldset>
        {mayEdit && (
          <div className="hint-books__save">
            <input
              className="input"
              aria-label={t('hint_book.note')}
              placeholder={t('hint_book.note')}
              maxLength={500}
              value={note}
              onChange={(event) => {
                setNote(event.target.value)
              }}
            />
            {!view.is_shipped && (
              <Button
                onClick={() => {
                  void fetchShippedBook(sector).then(setBook)
                }}
              >
                {t('hint_book.back_to_shipped')}
              </Button>
            )}
            {isDirty && <span className="tag tag--waiting">{t('hint_book.dirty')}</span>}
            <Button type="submit" tone="primary" disabled={!isDirty || saving.isPending}>
              {t('hint_book.save')}
            </Button>
          </div>
        )}
      </form>
      {mayEdit && <TestBox sector={sector} book={book} />}
    </div>
  )
}
