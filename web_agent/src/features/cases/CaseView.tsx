import { useQuery } from '@tanstack/react-query'
import { useTranslation } from '@/i18n/useTranslation'
import { Link } from 'react-router'

import { caseEvidenceQuery, solutionsQuery } from '@/api/queries/cases'
import { entryQuery } from '@/api/queries/knowledge'
import type { CaseDetail } from '@/api/types'
import { usePathNames } from '@/features/category/useCategoryNames'
import { usePermission, useSession } from '@/features/session/useSession'
import { outcomeText } from '@/features/suggestions/CaseList'
import { Button } from '@/ui/Button'
import { localTime } from '@/ui/format'
import { Failure, Loading } from '@/ui/states'

import { CaseDeeds } from './CaseDeeds'
import { Evidence } from './Evidence'
import { factsOf } from './facts'
import { Outcomes, Share } from '@/features/suggestions/Outcomes'

interface CaseViewProps {
  item: CaseDetail
  /** Filters of the list, to come back to it as it was. */
  search: string
  isIdentified: boolean
  onIdentify: (isIdentified: boolean) => void
}

/** One case: what it was, what helped, how it ended, and the sentences that prove it. */
export function CaseView({ item, search, isIdentified, onIdentify }: CaseViewProps) {
  const { t } = useTranslation()
  const pathNames = usePathNames()
  return (
    <>
      <div className="panel__head">
        <h2 id="case-title" className="panel__title">
          {item.title}
        </h2>
        <span className={item.outcome === 'resolved' ? 'tag tag--ready' : 'tag'}>{outcomeText(t, item.outcome)}</span>
        <CaseDeeds item={item} search={search} />
      </div>
      <article className="browser__body" aria-labelledby="case-title">
        <p className="field__hint case__path">
          <span>{pathNames(item.category_path).join(' › ')}</span>
          <Identity item={item} isIdentified={isIdentified} onIdentify={onIdentify} />
        </p>
        <section>
          <h3 className="entry__label">{t('case.problem')}</h3>
          <p className="cases-page__text">{item.problem}</p>
        </section>
        <section>
          <h3 className="entry__label">{t('case.solution')}</h3>
          <p className="cases-page__solution">{item.solution}</p>
        </section>
        <Facts item={item} />
        <LinkedEntries entryIds={item.entry_ids} />
        <OtherSolutions item={item} />
        <Course item={item} />
        <CaseEvidence item={item} isIdentified={isIdentified} />
      </article>
    </>
  )
}

/** Masked is the rule; who may see names asks for them, and sees at once which view it is. */
function Identity({ item, isIdentified, onIdentify }: Omit<CaseViewProps, 'search'>) {
  const { t } = useTranslation()
  const { account } = useSession()
  const mayIdentify = usePermission('cases.read_identified') || item.author_id === account.id
  return (
    <>
      <span className={isIdentified ? 'tag tag--waiting' : 'tag'}>
        {t(isIdentified ? 'cases.identified' : 'cases.deidentified')}
      </span>
      {mayIdentify && (
        <Button
          isSmall
          tone="quiet"
          aria-pressed={isIdentified}
          onClick={() => {
            onIdentify(!isIdentified)
          }}
        >
          {t(isIdentified ? 'cases.show_deidentified' : 'cases.show_identified')}
        </Button>
      )}
    </>
  )
}

function Facts({ item }: { item: CaseDetail }) {
  const { t } = useTranslation()
  const facts = factsOf(item, { area: t('case.area'), equipment: t('case.equipment') })
  if (facts.length === 0) return null
  return (
    <dl className="entry__facts">
      {facts.map(([name, value]) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  )
}

function LinkedEntries({ entryIds }: { entryIds: readonly string[] }) {
  const { t } = useTranslation()
  if (entryIds.length === 0) return null
  return (
    <section>
      <h3 className="entry__label">{t('case.entries')}</h3>
      <ul className="case__links">
        {entryIds.map((entryId) => (
          <li key={entryId}>
            <EntryLink entryId={entryId} /> <Outcomes entryId={entryId} />
          </li>
        ))}
      </ul>
    </section>
  )
}

function EntryLink({ entryId }: { entryId: string }) {
  const { t } = useTranslation()
  const entry = useQuery(entryQuery(entryId))
  return <Link to={`/knowledge/${entryId}`}>{entry.data?.current.title ?? t('knowledge.entry')}</Link>
}

/** Other ways to solve the same situation, the best proven first. */
function OtherSolutions({ item }: { item: CaseDetail }) {
  const { t } = useTranslation()
  const solutions = useQuery(solutionsQuery(item.situation)).data?.items ?? []
  const others = solutions.filter((solution) => !item.entry_ids.includes(solution.entry_id))
  if (others.length === 0) return null
  return (
    <section>
      <h3 className="entry__label">{t('cases.other_solutions')}</h3>
      <ul className="case__links">
        {others.map((solution) => (
          <li key={solution.entry_id}>
            <Link to={`/knowledge/${solution.entry_id}`}>{solution.title}</Link>{' '}
            <Share {...solution} label={t('cases.share', solution)} />
          </li>
        ))}
      </ul>
    </section>
  )
}

/** When it happened, who kept it, when it was changed. */
function Course({ item }: { item: CaseDetail }) {
  const { t } = useTranslation()
  const steps = [
    [item.occurred_on, t('cases.step_call')],
    [
      localTime(item.created_at),
      item.author === '' ? t('cases.step_pack') : t('cases.step_made', { author: item.author }),
    ],
    ...(item.updated_at === null
      ? []
      : [[localTime(item.updated_at), t('cases.step_changed', { version: item.version })]]),
  ] as const
  return (
    <section>
      <h3 className="entry__label">{t('cases.course')}</h3>
      <ol className="case__course">
        {steps.map(([at, text]) => (
          <li key={at}>
            <time>{at}</time> {text}
          </li>
        ))}
      </ol>
    </section>
  )
}

function CaseEvidence({ item, isIdentified }: { item: CaseDetail; isIdentified: boolean }) {
  const { t } = useTranslation()
  const evidence = useQuery({ ...caseEvidenceQuery(item.id, isIdentified), enabled: item.call_id !== null })
  if (item.call_id === null) return null
  return (
    <section aria-labelledby="case-evidence">
      <h3 id="case-evidence" className="entry__label">
        {t('cases.evidence')}
        {evidence.data?.call_id != null && <Link to={`/calls/${evidence.data.call_id}`}>{t('cases.open_call')}</Link>}
      </h3>
      {evidence.isPending && <Loading lines={4} />}
      {evidence.isError && <Failure error={evidence.error} onRetry={evidence.refetch} />}
      {evidence.data !== undefined && (
        <Evidence lines={evidence.data.lines} audibleCallId={evidence.data.can_hear ? evidence.data.call_id : null} />
      )}
    </section>
  )
}
