import { Link } from 'react-router'

import { asProblem } from '@/api/problem'
import { useSupervise, useTakeOver } from '@/api/queries/floor'
import type { FloorCall, SuperviseMode } from '@/api/types'
import { usePermission } from '@/features/session/useSession'
import { problemText } from '@/i18n/problemText'
import { useTranslation } from '@/i18n/useTranslation'
import { Button } from '@/ui/Button'
import { Banner } from '@/ui/states'

import { PushCard } from './PushCard'

const MODES: readonly SuperviseMode[] = ['listen', 'whisper', 'barge']

interface CallPanelProps {
  call: FloorCall
  /** The supervisor's own telephone; null while it is not online. */
  extension: string | null
  onClose: () => void
}

/** One call, with what a supervisor can do in it. */
export function CallPanel({ call, extension, onClose }: CallPanelProps) {
  const { t } = useTranslation()
  const mayDirect = usePermission('floor.direct')
  return (
    <section className="panel" aria-label={t('floor.panel')}>
      <div className="panel__head">
        <h2 className="panel__title">
          {call.agent_name} {call.title}
        </h2>
        <Link className="button button--small" to={`/calls/${call.call_id}`}>
          {t('floor.read')}
        </Link>
        <Button isSmall tone="quiet" onClick={onClose}>
          {t('floor.panel_close')}
        </Button>
      </div>
      <div className="floor__panel">
        {mayDirect && (call.can_supervise ? <Supervision call={call} extension={extension} /> : <NoSupervision />)}
        {mayDirect && <PushCard callId={call.call_id} />}
      </div>
    </section>
  )
}

function NoSupervision() {
  const { t } = useTranslation()
  return <p className="floor__hint">{t('floor.cannot_supervise')}</p>
}

function Supervision({ call, extension }: Omit<CallPanelProps, 'onClose'>) {
  const { t } = useTranslation()
  const supervise = useSupervise(call.call_id)
  const takeOver = useTakeOver(call.call_id)
  const isPending = supervise.isPending || takeOver.isPending
  const error = supervise.error ?? takeOver.error
  if (extension === null) return <p className="floor__hint">{t('floor.no_phone')}</p>
  return (
    <>
      <div className="floor__deeds">
        {MODES.map((mode) => (
          <Button
            key={mode}
            isSmall
            disabled={isPending}
            onClick={() => {
              takeOver.reset()
              supervise.mutate(mode)
            }}
          >
            {t(`floor.${mode}`)}
          </Button>
        ))}
        <Button
          isSmall
          disabled={isPending}
          onClick={() => {
            supervise.reset()
            takeOver.mutate()
          }}
        >
          {t('floor.take_over')}
        </Button>
      </div>
      {error !== null && <Banner tone="problem">{problemText(t, asProblem(error))}</Banner>}
      {supervise.isSuccess && <Banner tone="plain">{t('floor.asked', { extension: supervise.data.extension })}</Banner>}
      {takeOver.isSuccess && <Banner tone="plain">{t('floor.taken_over')}</Banner>}
    </>
  )
}
