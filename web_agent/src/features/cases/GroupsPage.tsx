import { useQuery } from '@tanstack/react-query'
import { useTranslation } from '@/i18n/useTranslation'
import { Link, useSearchParams } from 'react-router'

import { caseGroupsQuery } from '@/api/queries/cases'
import type { CaseCluster } from '@/api/types'
import { usePathNames } from '@/features/category/useCategoryNames'
import { percent } from '@/ui/format'
import { SECTORS } from '@/ui/sectors'
import { Banner, Empty, Failure, Loading } from '@/ui/states'
import { usePageTitle } from '@/ui/usePageTitle'

import { Share } from '@/features/suggestions/Outcomes'

import '@/ui/ListPage.css'
import './Cases.css'

/** Like cases side by side, each group with the one that stands for it: where an entry is worth writing. */
export function GroupsPage() {
  const { t } = useTranslation()
  const [address, setAddress] = useSearchParams()
  const sector = SECTORS.find((code) => code === address.get('sector')) ?? null
  usePageTitle(t('cases.groups'))
  return (
    <div className="case-groups">
      <section className="panel browser__list" aria-labelledby="groups-title">
        <div className="panel__head">
          <Link className="button button--quiet" to="/cases" aria-label={t('cases.back')}>
            ←
          </Link>
          <h1 id="groups-title" className="panel__title">
            {t('cases.groups')}
          </h1>
          <select
            className="input cases-page__sector"
            aria-label={t('upload.sector')}
            value={sector ?? ''}
            onChange={(event) => {
              setAddress(event.target.value === '' ? {} : { sector: event.target.value }, { replace: true })
            }}
          >
            <option value="">{t('upload.sector_any')}</option>
            {SECTORS.map((code) => (
              <option key={code} value={code}>
                {t(`sector.${code}`)}
              </option>
            ))}
          </select>
        </div>
        <Groups sector={sector} />
      </section>
    </div>
  )
}

function Groups({ sector }: { sector: string | null }) {
  const { t } = useTranslation()
  const groups = useQuery(caseGroupsQuery(sector))
  if (groups.isPending) return <Loading lines={10} />
  if (groups.isError) return <Failure error={groups.error} onRetry={groups.refetch} />
  const { items, compared, is_cut: isCut } = groups.data
  return (
    <div className="browser__body">
      <p className="field__hint">{t('cases.groups_hint', { compared })}</p>
      {isCut && <Banner tone="waiting">{t('cases.groups_cut', { compared })}</Banner>}
      {items.length === 0 && <Empty title={t('cases.groups_none')} hint={t('cases.groups_none_hint')} />}
      <ul className="case-groups__list">
        {items.map((group) => (
          <Group key={group.representative.id} group={group} />
        ))}
      </ul>
    </div>
  )
}

function Group({ group }: { group: CaseCluster }) {
  const { t } = useTranslation()
  const pathNames = usePathNames()
  const total = group.case_ids.length
  return (
    <li className="case-groups__item">
      <h2 className="case-groups__title">
        <Link to={`/cases/${group.representative.id}`}>{group.representative.title}</Link>
        <span className="tag tag--accent">{t('cases.representative')}</span>
        <Share resolved={group.resolved} total={total} label={t('cases.share', { resolved: group.resolved, total })} />
        {group.entry_ids.length === 0 && <span className="tag tag--waiting">{t('cases.groups_no_entry')}</span>}
      </h2>
      <p className="field__hint">
        {pathNames(group.category_path).join(' › ')} · {t('cases.cohesion', { share: percent(group.cohesion) })}
      </p>
      <p>{group.representative.problem}</p>
      <p className="cases-page__text">{group.representative.solution}</p>
      <p className="case-groups__members">
        {group.case_ids.slice(1).map((caseId, index) => (
          <Link key={caseId} to={`/cases/${caseId}`}>
            {t('cases.member', { number: index + 2 })}
          </Link>
        ))}
      </p>
    </li>
  )
}
