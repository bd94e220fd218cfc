import { useQuery } from '@tanstack/react-query'
import { useTranslation } from '@/i18n/useTranslation'
import { Link, useParams } from 'react-router'

import { callQuery } from '@/api/queries/calls'
import { useCallStream } from '@/realtime/useCallStream'
import { Empty, Failure, Loading } from '@/ui/states'
import { asProblem } from '@/api/problem'

import { Desk } from './Desk'

export function DeskPage() {
  const { callId = '' } = useParams()
  return <CallScreen key={callId} callId={callId} />
}

function CallScreen({ callId }: { callId: string }) {
  const stream = useCallStream(callId)
  if (stream.screen !== null) return <Desk stream={stream} screen={stream.screen} />
  // A refused socket says nothing about why; the same call over HTTP does.
  if (stream.attempt > 0) return <NoScreen callId={callId} />
  return <Loading lines={10} />
}

function NoScreen({ callId }: { callId: string }) {
  const { t } = useTranslation()
  const call = useQuery(callQuery(callId))
  if (!call.isError) return <Loading lines={10} />
  if (asProblem(call.error).status !== 404) return <Failure error={call.error} onRetry={call.refetch} />
  return (
    <Empty title={t('call.not_found')} hint={t('call.not_found_hint')}>
      <Link className="button" to="/calls">
        {t('call.back')}
      </Link>
    </Empty>
  )
}
