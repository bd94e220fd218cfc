import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { Link } from 'react-router'

import type { ExportFormat } from '@/api/queries/training'
import { callSearchQuery, exportFoundCalls } from '@/api/queries/training'
import type { CallQuery, FoundCall } from '@/api/types'
import { usePermission } from '@/features/session/useSession'
import { problemText } from '@/i18n/problemText'
import { useTranslation } from '@/i18n/useTranslation'
import { Button } from '@/ui/Button'
import { clockTime, localTime, percent } from '@/ui/format'
import { Marked } from '@/ui/Marked'
import { walkLinks } from '@/ui/rows'
import { sectorText } from '@/ui/sectors'
import { Banner, Empty, Failure, Loading } from '@/ui/states'
import { useSaving } from '@/ui/useSaving'

import { SearchForm } from './SearchForm'

import './Training.css'

const FORMATS: readonly ExportFormat[] = ['csv', 'srt', 'json']
const PAGE_SIZE = 20

/** Words, filters and what they find; the form is sent by Enter, so that an input method never searches half a word. */
export function CallSearch({ order }: { order: CallQuery['order'] }) {
  const [query, setQuery] = useState<CallQuery>({
    text: '',
    by_meaning: true,
    agent_name: '',
    category: '',
    moments: [],
    order,
    limit: PAGE_SIZE,
    page: 0,
  })
  return (
    <>
      <SearchForm
        query={query}
        onSearch={(changes) => {
          setQuery({ ...query, ...changes, page: 0 })
        }}
      />
      <Found
        query={query}
        onPage={(page) => {
          setQuery({ ...query, page })
        }}
      />
    </>
  )
}

function Found({ query, onPage }: { query: CallQuery; onPage: (page: number) => void }) {
  const { t } = useTranslation()
  const found = useQuery(callSearchQuery(query))
  if (found.isPending) return <Loading lines={8} />
  if (found.isError && found.data === undefined) return <Failure error={found.error} onRetry={found.refetch} />
  const { items, total, is_masked: isMasked, has_meaning: hasMeaning, waiting } = found.data
  const isByMeaning = hasMeaning && query.by_meaning && query.text !== ''
  const page = query.page
  return (
    <>
      {found.isError && <Failure error={found.error} onRetry={found.refetch} />}
      {waiting > 0 && <Banner tone="waiting">{t('call_search.waiting', { count: waiting })}</Banner>}
      <div className="call-search__summary">
        <span role="status">{t('call_search.total', { count: total })}</span>
        {isMasked && <span className="tag">{t('call_search.masked')}</span>}
        <ExportButtons query={query} />
      </div>
      {query.by_meaning && !hasMeaning && <p className="field__hint">{t('call_search.no_meaning')}</p>}
      {items.length === 0 && (
        <Empty
          title={t(isByMeaning ? 'call_search.nothing_near' : 'call_search.none')}
          hint={t(isByMeaning ? 'call_search.nothing_near_hint' : 'call_search.none_hint')}
        />
      )}
      {/* eslint-disable-next-line jsx-a11y/no-noninteractive-element-interactions -- rejected: the keys of the links inside bubble to here. */}
      <ul className="call-search__list" onKeyDown={walkLinks}>
        {items.map((item) => (
          <FoundItem key={item.call.id} item={item} order={query.order} />
        ))}
      </ul>
      {total > PAGE_SIZE && (
        <div className="call-search__pages">
          <Button
            disabled={page === 0}
            onClick={() => {
              onPage(page - 1)
            }}
          >
            {t('call_search.previous')}
          </Button>
          <span>{t('call_search.page', { page: page + 1, pages: Math.ceil(total / PAGE_SIZE) })}</span>
          <Button
            disabled={(page + 1) * PAGE_SIZE >= total}
            onClick={() => {
              onPage(page + 1)
            }}
          >
            {t('call_search.next')}
          </Button>
        </div>
      )}
    </>
  )
}

function FoundItem({ item, order }: { item: FoundCall; order: CallQuery['order'] }) {
  const { t } = useTranslation()
  const { call, measures } = item
  return (
    <li className="panel call-search__item">
      <div className="call-search__head">
        <Link to={`/calls/${call.id}`}>{call.title === '' ? t('call.untitled') : call.title}</Link>
        <span>{localTime(call.created_at)}</span>
        <span>{clockTime(measures.duration_ms)}</span>
        {call.sector !== null && <span>{sectorText(t, call.sector)}</span>}
        {call.agent_name !== '' && <span>{call.agent_name}</span>}
        {item.alert_count > 0 && <span className="tag tag--danger">{t('call_search.moment_alert')}</span>}
        {item.unanswered_count > 0 && (
          <span className="tag tag--waiting">{t('call_search.unanswered', { count: item.unanswered_count })}</span>
        )}
        {item.used_count > 0 && (
          <span className="tag tag--ready">{t('call_search.used', { count: item.used_count })}</span>
        )}
        {order === 'hardest' && <b>{t('call_search.difficulty', { score: item.difficulty })}</b>}
        {order === 'best' && <b>{t('call_search.excellence', { score: item.excellence })}</b>}
      </div>
      {order !== 'newest' && (
        <p className="field__hint">
          {t('call_search.how', {
            talk: percent(measures.agent_share),
            silence: percent(measures.duration_ms === 0 ? 0 : measures.silence_ms / measures.duration_ms),
            over: (measures.over_talk_ms / 1000).toFixed(1),
          })}
        </p>
      )}
      {item.sentences.map((sentence) => (
        <p key={sentence.segment_id} className="call-search__sentence">
          <Link
            to={`/calls/${call.id}?at=${sentence.start_ms}`}
            aria-label={t('call_search.open_at', { time: clockTime(sentence.start_ms) })}
          >
            {clockTime(sentence.start_ms)}
          </Link>{' '}
          <b>{t(`transcript.${sentence.leg_role}`)}</b>{' '}
          <Marked text={sentence.text} marks={sentence.marks.map((mark) => ({ ...mark, kind: 'exact' as const }))} />
          {sentence.similarity !== null && (
            <span className="tag">{t('call_search.similar', { score: sentence.similarity.toFixed(2) })}</span>
          )}
          {sentence.is_unanswered && <span className="tag tag--waiting">{t('call_search.moment_no_answer')}</span>}
        </p>
      ))}
      {item.sentence_count > item.sentences.length && (
        <p className="field__hint">{t('call_search.more', { count: item.sentence_count - item.sentences.length })}</p>
      )}
    </li>
  )
}

function ExportButtons({ query }: { query: CallQuery }) {
  const { t } = useTranslation()
  const canExport = usePermission('calls.export')
  const saving = useSaving(
    async (format: ExportFormat) => ({ format, file: await exportFoundCalls({ ...query, page: 0 }, format) }),
    {
      onSaved: ({ format, file }) => {
        download(file, `calls.${format}`)
      },
    },
  )
  const needsWords = query.text === '' && !query.moments.includes('no_answer')
  if (!canExport || needsWords) return null
  return (
    <span className="call-search__export">
      {FORMATS.map((format) => (
        <Button
          key={format}
          isSmall
          disabled={saving.isPending}
          onClick={() => {
            saving.save(format)
          }}
        >
          {t('call_search.export', { format: format.toUpperCase() })}
        </Button>
      ))}
      {saving.problem !== null && (
        <span className="field__error" role="alert">
          {problemText(t, saving.problem)}
        </span>
      )}
    </span>
  )
}

function download(file: Blob, name: string): void {
  const address = URL.createObjectURL(file)
  const link = document.createElement('a')
  link.href = address
  link.download = name
  link.click()
  URL.revokeObjectURL(address)
}
