import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { Link } from 'react-router'

import { firstContactQuery } from '@/api/queries/orders'
import type { FirstContactFigure, FirstContactLine, FirstContactReport } from '@/api/types'
import { useTranslation } from '@/i18n/useTranslation'
import { BUSINESS_TYPES } from '@/ui/businessTypes'
import type { Column } from '@/ui/DataTable'
import { DataTable } from '@/ui/DataTable'
import { percent } from '@/ui/format'
import { ListPage } from '@/ui/ListPage'
import { Segmented } from '@/ui/Segmented'
import { Banner, Empty, Failure, Loading } from '@/ui/states'

import './FirstContact.css'

const PERIODS = ['30', '90', '180'] as const

/** How many matters were settled at the first contact, with the formula that the figure is counted by. */
export function FirstContactPage() {
  const { t } = useTranslation()
  const [days, setDays] = useState<(typeof PERIODS)[number]>('30')
  const report = useQuery(firstContactQuery(Number(days)))
  return (
    <ListPage
      title={t('first_contact.title')}
      actions={
        <>
          <Link to="/work-orders">{t('orders.title')}</Link>
          <Segmented
            legend={t('first_contact.period')}
            isLegendHidden
            value={days}
            options={PERIODS.map((value) => ({ value, label: t('first_contact.days', { count: Number(value) }) }))}
            onChange={setDays}
          />
        </>
      }
    >
      {report.isPending && <Loading lines={8} />}
      {report.isError && <Failure error={report.error} onRetry={report.refetch} />}
      {report.data !== undefined && <Report report={report.data} />}
    </ListPage>
  )
}

function Report({ report }: { report: FirstContactReport }) {
  const { t } = useTranslation()
  const { whole } = report
  const isEmpty = whole.resolved + whole.came_again + whole.reopened + whole.still_open === 0
  return (
    <>
      {report.is_cut && <Banner tone="waiting">{t('first_contact.cut')}</Banner>}
      {isEmpty ? (
        <Empty title={t('first_contact.none')} hint={t('first_contact.none_hint')} />
      ) : (
        <>
          <Whole report={report} />
          <div className="first-contact__tables">
            <Lines title={t('first_contact.by_agent')} items={report.by_agent} nameOf={(key) => key} />
            <Lines
              title={t('first_contact.by_type')}
              items={report.by_type}
              nameOf={(key) => {
                const known = BUSINESS_TYPES.find((type) => type === key)
                return known === undefined ? key : t(`orders.type_${known}`)
              }}
            />
            <Lines
              title={t('first_contact.by_area')}
              items={report.by_area}
              nameOf={(key) => key || t('first_contact.no_area')}
            />
          </div>
        </>
      )}
      <Formula report={report} />
    </>
  )
}

const share = (value: number | null) => (value === null ? '–' : percent(value))
const decided = (figure: FirstContactFigure) => figure.resolved + figure.came_again + figure.reopened

function Whole({ report }: { report: FirstContactReport }) {
  const { t } = useTranslation()
  const { whole } = report
  const shown = [
    {
      name: t('first_contact.share'),
      value: share(whole.share),
      hint: t('first_contact.share_hint', { resolved: whole.resolved, decided: decided(whole) }),
    },
    {
      name: t('first_contact.came_again'),
      value: whole.came_again,
      hint: t('first_contact.came_again_hint', { count: report.recall_days }),
    },
    { name: t('first_contact.reopened'), value: whole.reopened, hint: t('first_contact.reopened_hint') },
    {
      name: t('first_contact.still_open'),
      value: whole.still_open,
      hint: t('first_contact.still_open_hint', { count: report.recall_days }),
    },
  ]
  return (
    <dl className="panel first-contact__whole">
      {shown.map(({ name, value, hint }) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd className="first-contact__value">{value}</dd>
          <dd className="first-contact__hint">{hint}</dd>
        </div>
      ))}
    </dl>
  )
}

interface LinesProps {
  title: string
  items: readonly FirstContactLine[]
  nameOf: (key: string) => string
}

function Lines({ title, items, nameOf }: LinesProps) {
  const { t } = useTranslation()
  if (items.length === 0) return null
  const columns: Column<FirstContactLine>[] = [
    { key: 'name', title, isMain: true, render: (line) => nameOf(line.key) },
    {
      key: 'share',
      title: t('first_contact.column_share'),
      isNumber: true,
      render: (line) => (
        <span className="first-contact__share">
          {line.share !== null && <meter min={0} max={1} value={line.share} aria-hidden="true" />}
          <span className="first-contact__percent">{share(line.share)}</span>
        </span>
      ),
    },
    {
      key: 'resolved',
      title: t('first_contact.resolved_of'),
      isNumber: true,
      render: (line) => `${String(line.resolved)}/${String(decided(line))}`,
    },
    { key: 'again', title: t('first_contact.came_again'), isNumber: true, render: (line) => line.came_again },
    { key: 'reopened', title: t('first_contact.reopened'), isNumber: true, render: (line) => line.reopened },
    { key: 'open', title: t('first_contact.still_open'), isNumber: true, render: (line) => line.still_open },
  ]
  return (
    <section className="panel">
      <DataTable caption={title} columns={columns} rows={items} keyOf={(line) => line.key} />
    </section>
  )
}

/** What is counted and what is not, so that nobody compares figures of different windows. */
function Formula({ report }: { report: FirstContactReport }) {
  const { t } = useTranslation()
  const count = report.recall_days
  return (
    <section className="panel first-contact__formula" aria-labelledby="first-contact-formula">
      <h2 id="first-contact-formula" className="panel__title">
        {t('first_contact.formula_title')}
      </h2>
      <p className="first-contact__sum">{t('first_contact.formula')}</p>
      <ul>
        <li>{t('first_contact.rule_first', { count })}</li>
        <li>{t('first_contact.rule_resolved', { count })}</li>
        <li>{t('first_contact.rule_open', { count })}</li>
        <li>{t('first_contact.rule_matter')}</li>
        <li>{t('first_contact.rule_left_out', { repetitions: report.repetitions, unassigned: report.unassigned })}</li>
      </ul>
    </section>
  )
}
