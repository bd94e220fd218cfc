import type { Translate } from '@/i18n/useTranslation'
import { Fragment, useState } from 'react'
import { useTranslation } from '@/i18n/useTranslation'

import type { ExplainedHit, ExplainedList } from '@/api/types'
import { percent } from '@/ui/format'
import { Marked } from '@/ui/Marked'
import { Banner, Empty } from '@/ui/states'

import type { Move } from './hits'
import { firstBelow, isMoved, questionMarks, textMarks } from './hits'

interface HitListProps {
  title: string
  question: string
  list: ExplainedList
  threshold: number
  /** Null while there is nothing to compare with. */
  moves: ReadonlyMap<string, Move> | null
}

/** One answer of the search: how it reads the question, and every hit with its reasons. */
export function HitList({ title, question, list, threshold, moves }: HitListProps) {
  const { t } = useTranslation()
  const [openId, setOpenId] = useState<string | null>(null)
  const shown = list.hits.find((hit) => hit.document_id === openId) ?? list.hits[0]
  const below = firstBelow(list.hits, threshold)
  return (
    <section className="panel hits" aria-label={title}>
      <div className="panel__head">
        <h2 className="panel__title">{title}</h2>
        <span className="hits__facts">
          {t('hit_test.took', { count: list.hits.length, ms: Math.round(list.took_ms) })}
        </span>
      </div>
      <div className="hits__body">
        {list.state === 'local' && <Banner tone="waiting">{t('search.local')}</Banner>}
        {list.state === 'lexical_only' && <Banner tone="waiting">{t('search.lexical_only')}</Banner>}
        {list.state === 'unavailable' && <Banner tone="waiting">{t('search.unavailable')}</Banner>}
        {!list.has_answer && list.state !== 'unavailable' && (
          <Banner tone="plain">{t('hit_test.nothing_fits', { threshold: percent(threshold) })}</Banner>
        )}
        {shown !== undefined && (
          <p className="hits__question">
            <span className="hits__label">{t('hit_test.heard')}</span>
            <Marked text={question} marks={questionMarks(shown)} />
          </p>
        )}
        {list.hits.length === 0 && <Empty title={t('hit_test.none')} hint={t('hit_test.none_hint')} />}
        <ol className="hits__list">
          {list.hits.map((hit, index) => (
            <Fragment key={hit.document_id}>
              {index === below && (
                <li className="hits__threshold">{t('hit_test.threshold', { threshold: percent(threshold) })}</li>
              )}
              <HitItem
                hit={hit}
                rank={index + 1}
                threshold={threshold}
                move={moves?.get(hit.document_id) ?? null}
                isOpen={hit.document_id === (shown?.document_id ?? null)}
                onOpen={() => {
                  setOpenId(hit.document_id)
                }}
              />
            </Fragment>
          ))}
        </ol>
      </div>
    </section>
  )
}

interface HitItemProps {
  hit: ExplainedHit
  rank: number
  threshold: number
  move: Move | null
  isOpen: boolean
  onOpen: () => void
}

function HitItem({ hit, rank, threshold, move, isOpen, onOpen }: HitItemProps) {
  const { t } = useTranslation()
  return (
    <li className={isOpen ? 'hit is-open' : 'hit'}>
      <button type="button" className="hit__opener" aria-expanded={isOpen} onClick={onOpen}>
        <span className="hit__rank">{rank}</span>
        <span className="hit__title">
          <Marked text={hit.title} marks={textMarks(hit, 'title', 0)} />
          {hit.is_edit && <span className="tag tag--accent">{t('hit_test.is_edit')}</span>}
          {hit.kind === 'case' && <span className="tag">{t('hit_test.kind_case')}</span>}
        </span>
        {move !== null && isMoved(move) && <MoveTag move={move} />}
        <ConfidenceMeter value={hit.confidence} threshold={threshold} />
      </button>
      {isOpen && <HitReasons hit={hit} />}
    </li>
  )
}

export function MoveTag({ move }: { move: Move }) {
  const { t } = useTranslation()
  return <span className="tag hit__move">{moveText(t, move)}</span>
}

export function moveText(t: Translate, { before, after }: Move): string {
  if (before === null) return t('hit_test.move_in')
  if (after === null) return t('hit_test.move_out', { before })
  return t(after < before ? 'hit_test.move_up' : 'hit_test.move_down', { before, after })
}

function ConfidenceMeter({ value, threshold }: { value: number; threshold: number }) {
  const { t } = useTranslation()
  return (
    <span className="meter">
      <span className="meter__bar" aria-hidden="true">
        <i style={{ width: `${value * 100}%` }} />
        <b style={{ left: `${threshold * 100}%` }} />
      </span>
      <span className="visually-hidden">{t('card.confidence')}</span>
      <span className="meter__value">{percent(value)}</span>
    </span>
  )
}

function HitReasons({ hit }: { hit: ExplainedHit }) {
  const { t } = useTranslation()
  const matched = hit.texts
    .map((text) => ({ ...text, marks: textMarks(hit, text.field, text.field_index) }))
    .filter((text) => text.field !== 'title' && text.marks.length > 0)
  return (
    <div className="hit__reasons">
      <dl className="parts" aria-label={t('hit_test.parts')}>
        {Object.entries(hit.score_parts).map(([name, value]) => (
          <div key={name}>
            <dt>{partName(t, name)}</dt>
            <dd>
              <span className="parts__bar" aria-hidden="true">
                <i style={{ width: `${value * 100}%` }} />
              </span>
              {value.toFixed(2)}
            </dd>
          </div>
        ))}
      </dl>
      {matched.length === 0 && <p className="field__hint">{t('hit_test.no_shared_words')}</p>}
      <ul className="hit__texts">
        {matched.map((text) => (
          <li key={`${text.field}${text.field_index}`}>
            <span className="hits__label">{fieldName(t, text.field)}</span>
            <span className="hit__text">
              <Marked text={text.text} marks={text.marks} />
            </span>
          </li>
        ))}
      </ul>
    </div>
  )
}

const PARTS = ['words', 'bigrams', 'pinyin', 'initials', 'vector'] as const
const FIELDS = ['variants', 'script', 'answer', 'problem', 'solution'] as const

function partName(t: Translate, name: string): string {
  const part = PARTS.find((known) => known === name)
  return part === undefined ? name : t(`hit_test.part_${part}`)
}

function fieldName(t: Translate, name: string): string {
  const field = FIELDS.find((known) => known === name)
  return field === undefined ? name : t(`hit_test.field_${field}`)
}
