import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { Link } from 'react-router'

import { surveyReportQuery } from '@/api/queries/callbacks'
import type { BadMark, SurveyFigure, SurveyLine, SurveyReport } from '@/api/types'
import { intentText } from '@/features/ivr/words'
import { useTranslation } from '@/i18n/useTranslation'
import type { Column } from '@/ui/DataTable'
import { DataTable } from '@/ui/DataTable'
import { localTime, percent } from '@/ui/format'
import { ListPage } from '@/ui/ListPage'
import { Segmented } from '@/ui/Segmented'
import { Empty, Failure, Loading } from '@/ui/states'

import './Surveys.css'

const PERIODS = ['7', '30', '90'] as const

/** What callers think of the service: one figure with its response rate, and where it comes from. */
export function SurveysPage() {
  const { t } = useTranslation()
  const [days, setDays] = useState<(typeof PERIODS)[number]>('30')
  const report = useQuery(surveyReportQuery(Number(days)))
  return (
    <ListPage
      title={t('surveys.title')}
      actions={
        <Segmented
          legend={t('surveys.period')}
          isLegendHidden
          value={days}
          options={PERIODS.map((value) => ({ value, label: t('surveys.days', { count: Number(value) }) }))}
          onChange={setDays}
        />
      }
    >
      {report.isPending && <Loading lines={8} />}
      {report.isError && <Failure error={report.error} onRetry={report.refetch} />}
      {report.data !== undefined &&
        (report.data.whole.asked === 0 ? (
          <Empty title={t('surveys.none')} hint={t('surveys.none_hint')} />
        ) : (
          <Report report={report.data} />
        ))}
    </ListPage>
  )
}

function Report({ report }: { report: SurveyReport }) {
  const { t } = useTranslation()
  return (
    <>
      <Whole figure={report.whole} />
      <div className="surveys__tables">
        <Lines title={t('surveys.by_agent')} items={report.by_agent} nameOf={(key) => key || t('surveys.no_agent')} />
        <Lines
          title={t('surveys.by_intent')}
          items={report.by_intent}
          nameOf={(key) => (key === '' ? t('surveys.no_intent') : intentText(t, key))}
        />
        <Lines title={t('surveys.by_area')} items={report.by_area} nameOf={(key) => key || t('surveys.no_area')} />
      </div>
      <BadMarks items={report.bad_marks} />
    </>
  )
}

const share = (value: number | null) => (value === null ? '–' : percent(value))
const marked = (value: number | null) => (value === null ? '–' : value.toFixed(2))

function Whole({ figure }: { figure: SurveyFigure }) {
  const { t } = useTranslation()
  const shown = [
    { name: t('surveys.satisfied'), value: share(figure.satisfied), hint: t('surveys.satisfied_hint') },
    {
      name: t('surveys.response_rate'),
      value: share(figure.response_rate),
      hint: t('surveys.answered_of', { answered: figure.answered, asked: figure.asked }),
    },
    { name: t('surveys.mean'), value: marked(figure.mean), hint: t('surveys.mean_hint') },
  ]
  return (
    <dl className="panel surveys__whole">
      {shown.map(({ name, value, hint }) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd className="surveys__value">{value}</dd>
          <dd className="surveys__hint">{hint}</dd>
        </div>
      ))}
    </dl>
  )
}

interface LinesProps {
  title: string
  items: readonly SurveyLine[]
  nameOf: (key: string) => string
}

function Lines({ title, items, nameOf }: LinesProps) {
  const { t } = useTranslation()
  const columns: Column<SurveyLine>[] = [
    { key: 'name', title, isMain: true, render: (line) => nameOf(line.key) },
    { key: 'satisfied', title: t('surveys.satisfied'), isNumber: true, render: (line) => share(line.satisfied) },
    { key: 'mean', title: t('surveys.mean'), isNumber: true, render: (line) => marked(line.mean) },
    {
      key: 'rate',
      title: t('surveys.response_rate'),
      isNumber: true,
      render: (line) => `${share(line.response_rate)} (${String(line.answered)}/${String(line.asked)})`,
    },
  ]
  return (
    <section className="panel">
      <DataTable caption={title} columns={columns} rows={items} keyOf={(line) => line.key} />
    </section>
  )
}

function BadMarks({ items }: { items: readonly BadMark[] }) {
  const { t } = useTranslation()
  if (items.length === 0) return null
  const columns: Column<BadMark>[] = [
    { key: 'at', title: t('surveys.asked_at'), render: (item) => localTime(item.asked_at).slice(5, 16) },
    { key: 'mark', title: t('surveys.mark'), isNumber: true, render: (item) => item.mark },
    { key: 'agent', title: t('surveys.agent'), render: (item) => item.agent_name || t('surveys.no_agent') },
    {
      key: 'intent',
      title: t('surveys.intent'),
      isMain: true,
      render: (item) => (item.intent === null ? t('surveys.no_intent') : intentText(t, item.intent)),
    },
    {
      key: 'wants',
      title: t('surveys.wants_call'),
      render: (item) => (item.wants_call ? <Link to="/callbacks">{t('surveys.to_call')}</Link> : t('surveys.no_call')),
    },
    {
      key: 'call',
      title: t('surveys.call'),
      render: (item) => (item.call_id === null ? '–' : <Link to={`/calls/${item.call_id}`}>{t('surveys.open')}</Link>),
    },
  ]
  return (
    <section className="panel surveys__bad" aria-labelledby="bad-marks">
      <div className="panel__head">
        <h2 id="bad-marks" className="panel__title">
          {t('surveys.bad_marks')}
        </h2>
      </div>
      <DataTable caption={t('surveys.bad_marks')} columns={columns} rows={items} keyOf={(item) => item.id} />
    </section>
  )
}
