import { useEffect, useState } from 'react'
import { useTranslation } from '@/i18n/useTranslation'

import type { CallInfo, CategoryRanking, StageState } from '@/api/types'
import { isDangerous } from '@/features/category/danger'
import { useCategoryNames } from '@/features/category/useCategoryNames'
import { codeText } from '@/i18n/problemText'
import { Banner } from '@/ui/states'
import type { Connection } from '@/realtime/socket'
import { isOver } from '@/realtime/callStates'

interface NoticesProps {
  call: CallInfo
  stages: readonly StageState[]
  category: CategoryRanking | null
  connection: Connection
  attempt: number
  freshAt: number
}

/** Everything on the screen that is late, cut off or dangerous says so here, with its age. */
export function Notices({ call, stages, category, connection, attempt, freshAt }: NoticesProps) {
  const { t } = useTranslation()
  const names = useCategoryNames()
  const best = category?.has_abstained === false ? category.categories[0] : undefined
  return (
    <div className="notices">
      {best !== undefined && isDangerous(best.situation) && !isOver(call.state) && (
        <Banner tone="danger">{t('call.danger', { situation: names(best).situation })}</Banner>
      )}
      {connection === 'stale' && <Stale freshAt={freshAt} />}
      {connection === 'reconnecting' && <Reconnecting attempt={attempt} freshAt={freshAt} />}
      {call.state === 'interrupted' && <Banner tone="waiting">{t('call.interrupted_hint')}</Banner>}
      {call.end_reason === 'failed' && (
        <Banner tone="waiting">{t('call.failed', { reason: codeText(t, call.end_code, call.end_message) })}</Banner>
      )}
      {stages.map((stage) => (
        <StageNotice key={stage.stage} stage={stage} />
      ))}
    </div>
  )
}

function Stale({ freshAt }: { freshAt: number }) {
  const { t } = useTranslation()
  return <Banner tone="waiting">{t('call.stale', { age: useAgeSeconds(freshAt) })}</Banner>
}

function Reconnecting({ attempt, freshAt }: { attempt: number; freshAt: number }) {
  const { t } = useTranslation()
  const age = useAgeSeconds(freshAt)
  return <Banner tone="waiting">{t('call.reconnecting', { age, attempt })}</Banner>
}

function StageNotice({ stage }: { stage: StageState }) {
  const { t } = useTranslation()
  const seconds = Math.round(stage.lag_ms / 1000)
  return (
    <Banner tone="waiting">
      {t(`stage.${stage.stage}`)}
      {seconds > 0 && ` ${t('stage.lag', { seconds })}`}
      {stage.code !== '' && ` ${codeText(t, stage.code, stage.code)}`}
    </Banner>
  )
}

function useAgeSeconds(at: number): number {
  const [now, setNow] = useState(() => Date.now())
  useEffect(() => {
    const timer = setInterval(() => {
      setNow(Date.now())
    }, 1_000)
    return () => {
      clearInterval(timer)
    }
  }, [])
  return Math.max(0, Math.round((now - at) / 1_000))
}
