import { Link } from 'react-router'

import { asProblem } from '@/api/problem'
import { useCancelJob, useRetryJob } from '@/api/queries/jobs'
import type { JobDetail } from '@/api/types'
import { codeText, problemText } from '@/i18n/problemText'
import { useTranslation } from '@/i18n/useTranslation'
import { Button } from '@/ui/Button'
import type { Column } from '@/ui/DataTable'
import { DataTable } from '@/ui/DataTable'
import { localTime } from '@/ui/format'
import { Banner } from '@/ui/states'

import { kindText } from './kind'
import { addressOfJob } from './subject'

const TONES = {
  waiting: 'tag',
  running: 'tag tag--accent',
  succeeded: 'tag tag--ready',
  failed: 'tag tag--waiting',
  cancelled: 'tag',
} as const

interface JobTableProps {
  jobs: readonly JobDetail[]
  more: { isPending: boolean; load: () => unknown } | null
}

/** One job a line, with what can be done about it. */
export function JobTable({ jobs, more }: JobTableProps) {
  const { t } = useTranslation()
  const cancel = useCancelJob()
  const retry = useRetryJob()
  const error = cancel.error ?? retry.error
  const isPending = cancel.isPending || retry.isPending
  // Only the last answer is shown: a refused attempt is over once another one was made.
  const ask = (deed: typeof cancel, other: typeof retry, job: JobDetail) => {
    other.reset()
    deed.mutate(job.id)
  }
  const columns: Column<JobDetail>[] = [
    { key: 'state', title: t('jobs.column_state'), render: (job) => <JobStateTag job={job} /> },
    { key: 'kind', title: t('jobs.column_kind'), render: (job) => <JobName job={job} /> },
    { key: 'progress', title: t('jobs.column_progress'), isMain: true, render: (job) => <JobProgress job={job} /> },
    { key: 'created', title: t('jobs.column_created'), render: (job) => localTime(job.created_at) },
    {
      key: 'finished',
      title: t('jobs.column_finished'),
      render: (job) => (job.finished_at === null ? '–' : localTime(job.finished_at)),
    },
    { key: 'attempts', title: t('jobs.column_attempts'), isNumber: true, render: (job) => job.attempts },
    {
      key: 'deeds',
      title: t('jobs.column_deeds'),
      render: (job) => (
        <JobDeed
          job={job}
          isPending={isPending}
          onCancel={() => {
            ask(cancel, retry, job)
          }}
          onRetry={() => {
            ask(retry, cancel, job)
          }}
        />
      ),
    },
  ]
  return (
    <>
      {error !== null && <Banner tone="problem">{problemText(t, asProblem(error))}</Banner>}
      <section className="panel">
        <DataTable caption={t('jobs.title')} columns={columns} rows={jobs} keyOf={(job) => job.id} more={more} />
      </section>
    </>
  )
}

function JobStateTag({ job: { state, cancel_asked_at: cancelAskedAt } }: { job: JobDetail }) {
  const { t } = useTranslation()
  const isStopping = state === 'running' && cancelAskedAt !== null
  return (
    <span className={TONES[state]}>
      {state === 'failed' && '⚠ '}
      {t(isStopping ? 'jobs.stopping' : `jobs.state_${state}`)}
    </span>
  )
}

function JobName({ job }: { job: JobDetail }) {
  const { t } = useTranslation()
  const address = addressOfJob(job)
  const name = kindText(t, job.kind)
  return address === null ? name : <Link to={address}>{name}</Link>
}

/** How far an unfinished job is, or why it failed. */
function JobProgress({ job }: { job: JobDetail }) {
  const { t } = useTranslation()
  const { progress_done: done, progress_total: total } = job
  const reason = job.error_code === null ? '' : codeText(t, job.error_code, job.error_message ?? '')
  if (job.state === 'failed') return <span title={reason}>{reason}</span>
  if (job.state === 'waiting' && reason !== '') return <span title={reason}>{t('jobs.again', { reason })}</span>
  if (job.state !== 'running') return total === null ? '–' : t('jobs.count', { done, total })
  const label = t('jobs.progress_named', { name: kindText(t, job.kind) })
  return (
    <span className="job-progress">
      <progress value={total === null ? undefined : done} max={Math.max(1, total ?? 1)} aria-label={label} />
      {total !== null && t('jobs.count', { done, total })}
    </span>
  )
}

interface JobDeedProps {
  job: JobDetail
  isPending: boolean
  onCancel: () => void
  onRetry: () => void
}

function JobDeed({ job, isPending, onCancel, onRetry }: JobDeedProps) {
  const { t } = useTranslation()
  const name = kindText(t, job.kind)
  const at = localTime(job.created_at)
  if (job.state === 'failed') {
    return (
      <Button isSmall disabled={isPending} aria-label={t('jobs.retry_named', { name, at })} onClick={onRetry}>
        {t('jobs.retry')}
      </Button>
    )
  }
  if (job.state !== 'waiting' && job.state !== 'running') return null
  return (
    <Button
      isSmall
      disabled={isPending || job.cancel_asked_at !== null}
      aria-label={t('jobs.cancel_named', { name, at })}
      onClick={onCancel}
    >
      {t('jobs.cancel')}
    </Button>
  )
}
