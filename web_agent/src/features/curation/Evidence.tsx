import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { Link } from 'react-router'

import { momentContextQuery } from '@/api/queries/curation'
import type { CurationItemView, CurationMoment, RevisionDetail } from '@/api/types'
import { EntryView } from '@/features/knowledge/EntryView'
import { useTranslation } from '@/i18n/useTranslation'
import { Button } from '@/ui/Button'
import { Difference } from '@/ui/Difference'
import { clockTime, localTime } from '@/ui/format'
import { Loading } from '@/ui/states'

/** Why an item is on the desk: moments of calls, texts side by side, failing questions. */
export function Evidence({ view }: { view: CurationItemView }) {
  const { t } = useTranslation()
  const { entry, other, draft } = view
  return (
    <>
      <Detail view={view} />
      {view.moments.length > 0 && (
        <section aria-labelledby="moments-title">
          <h3 id="moments-title" className="entry__label">
            {t('curation.moments', { count: view.moments.length, calls: view.calls })}
          </h3>
          <ol className="curation__moments">
            {view.moments.map((moment) => (
              <Moment key={moment.id} moment={moment} />
            ))}
          </ol>
        </section>
      )}
      {view.difference.length > 0 && <Difference parts={view.difference} />}
      {draft !== null && <Text title={t('curation.draft_text')} revision={draft} />}
      {draft !== null && view.questions.length > 0 && (
        <section aria-labelledby="questions-title">
          <h3 id="questions-title" className="entry__label">
            {t('curation.questions')}
          </h3>
          <ul className="entry__variants">
            {view.questions.map((question) => (
              <li key={question}>{question}</li>
            ))}
          </ul>
        </section>
      )}
      {draft === null && entry !== null && (
        <div className={other === null ? '' : 'curation__sides'}>
          <Text title={t('curation.present_text')} revision={entry} />
          {other !== null && <Text title={t('curation.other_text')} revision={other} />}
        </div>
      )}
    </>
  )
}

function Detail({ view: { detail, item } }: { view: CurationItemView }) {
  const { t } = useTranslation()
  const lines: string[] = []
  if (typeof detail.on === 'string') lines.push(t(item.kind === 'expiring' ? 'curation.ends_on' : 'curation.due_on', { on: detail.on })) // prettier-ignore
  if (Array.isArray(detail.questions)) lines.push(...(detail.questions as string[]).map((text) => t('card.quoted', { text }))) // prettier-ignore
  if (Array.isArray(detail.disagreements)) {
    for (const [about, one, two] of detail.disagreements as [string, string, string][])
      lines.push(
        t('curation.disagreement', { about: t(`curation.about_${about}` as 'curation.about_money'), one, two }),
      )
  }
  if (Array.isArray(detail.findings)) {
    for (const [kind, before, now] of detail.findings as [string, string, string][])
      lines.push(t(`curation.check_${kind}` as 'curation.check_figure', { before: before || '–', now: now || '–' }))
  }
  const verdicts = (['used', 'dismissed', 'wrong'] as const).filter((name) => typeof detail[name] === 'number')
  if (verdicts.length > 0)
    lines.push(verdicts.map((name) => `${t(`curation.use_${name}`)} ${String(detail[name])}`).join(' · '))
  if (lines.length === 0) return null
  return (
    <ul className="entry__variants">
      {lines.map((line) => (
        <li key={line}>{line}</li>
      ))}
    </ul>
  )
}

function Moment({ moment }: { moment: CurationMoment }) {
  const { t } = useTranslation()
  const [isOpen, setIsOpen] = useState(false)
  return (
    <li className="curation__moment">
      <p className="curation__sentence">{t('card.quoted', { text: moment.sentence })}</p>
      {moment.reply !== '' && <p className="curation__reply">{t('curation.reply', { text: moment.reply })}</p>}
      {moment.note !== '' && <p>{t('curation.note', { text: moment.note })}</p>}
      <p className="field__hint">
        {t(`curation.reason_${moment.reason}` as 'curation.reason_asked')} · {localTime(moment.created_at)} ·{' '}
        {moment.can_open_call ? (
          <Link to={`/calls/${moment.call_id}?at=${moment.start_ms}`}>
            {t('curation.open_call', { at: clockTime(moment.start_ms) })}
          </Link>
        ) : (
          clockTime(moment.start_ms)
        )}{' '}
        <Button
          isSmall
          tone="quiet"
          aria-expanded={isOpen}
          onClick={() => {
            setIsOpen(!isOpen)
          }}
        >
          {t('curation.context')}
        </Button>
      </p>
      {isOpen && <Context id={moment.id} />}
    </li>
  )
}

function Context({ id }: { id: string }) {
  const { t } = useTranslation()
  const context = useQuery(momentContextQuery(id))
  if (context.data === undefined) return <Loading lines={3} />
  return (
    <ol className="curation__context">
      {context.data.lines.map((line) => (
        <li key={`${line.leg_role} ${line.start_ms}`} className={line.is_moment ? 'is-moment' : ''}>
          <b>{t(line.leg_role === 'customer' ? 'curation.customer' : 'curation.agent')}</b> {line.text}
        </li>
      ))}
    </ol>
  )
}

function Text({ title, revision }: { title: string; revision: RevisionDetail }) {
  const { t } = useTranslation()
  return (
    <section aria-label={title}>
      <h3 className="entry__label">
        {title} · <Link to={`/knowledge/${revision.entry_id}`}>{t('curation.open_entry')}</Link>
      </h3>
      <EntryView revision={revision} />
    </section>
  )
}
