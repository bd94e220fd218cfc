import { useQuery } from '@tanstack/react-query'
import { useTranslation } from '@/i18n/useTranslation'
import { useNavigate } from 'react-router'

import { asProblem } from '@/api/problem'
import { demoCallsQuery, useStartDemoCall } from '@/api/queries/calls'
import type { DemoCallInfo, ReplaySpeed } from '@/api/types'
import type { DeskState } from '@/features/call/Desk'
import { problemText } from '@/i18n/problemText'
import { Button } from '@/ui/Button'
import { clockTime } from '@/ui/format'
import { sectorText } from '@/ui/sectors'
import { Banner, Empty, Failure, Loading } from '@/ui/states'

/** The calls that come with the product: one press and the desk is at work. */
export function DemoCalls() {
  const { t } = useTranslation()
  const demos = useQuery(demoCallsQuery)
  const start = useStartDemoCall()
  const navigate = useNavigate()
  const run = (demoId: string, speed: ReplaySpeed) => {
    const state: DeskState = { listen: speed === '1' }
    start.mutate({ demoId, speed }, { onSuccess: ({ call_id }) => void navigate(`/calls/${call_id}`, { state }) })
  }
  return (
    <section className="panel" aria-labelledby="demo-title">
      <div className="panel__head">
        <h2 id="demo-title" className="panel__title">
          {t('demo.title')}
        </h2>
      </div>
      {start.isError && <Banner tone="problem">{problemText(t, asProblem(start.error))}</Banner>}
      {demos.isPending && <Loading lines={6} />}
      {demos.isError && <Failure error={demos.error} onRetry={demos.refetch} />}
      {demos.data?.length === 0 && <Empty title={t('demo.none')} hint={t('demo.none_hint')} />}
      <ul className="demo-list">
        {demos.data?.map((demo) => (
          <DemoRow key={demo.demo_id} demo={demo} isPending={start.isPending} onStart={run} />
        ))}
      </ul>
    </section>
  )
}

interface DemoRowProps {
  demo: DemoCallInfo
  isPending: boolean
  onStart: (demoId: string, speed: ReplaySpeed) => void
}

function DemoRow({ demo, isPending, onStart }: DemoRowProps) {
  const { t, i18n } = useTranslation()
  const title = i18n.language === 'en' ? demo.title_en : demo.title
  return (
    <li className="demo-list__row">
      <span className="demo-list__name">
        {title}
        <span className="demo-list__facts">
          {sectorText(t, demo.sector)} · {clockTime(demo.duration_ms)}
        </span>
      </span>
      {(['1', 'max'] as const).map((speed) => (
        <Button
          key={speed}
          isSmall
          tone={speed === '1' ? 'primary' : 'plain'}
          disabled={isPending}
          aria-label={t(`demo.start_${speed}_named`, { title })}
          onClick={() => {
            onStart(demo.demo_id, speed)
          }}
        >
          {t(`demo.start_${speed}`)}
        </Button>
      ))}
    </li>
  )
}
