import type { UseQueryResult } from '@tanstack/react-query'

import { asProblem } from '@/api/problem'
import { transcriptFile, useOrderSecondPass } from '@/api/queries/secondPass'
import type { SecondPass } from '@/api/types'
import { usePermission } from '@/features/session/useSession'
import { problemText } from '@/i18n/problemText'
import { useTranslation } from '@/i18n/useTranslation'
import { Button } from '@/ui/Button'
import { localTime, percent } from '@/ui/format'
import { Segmented } from '@/ui/Segmented'

import type { Version } from './versions'

interface VersionBarProps {
  callId: string
  pass: UseQueryResult<SecondPass>
  version: Version
  onVersion: (version: Version) => void
  canOrder: boolean
}

/** Which text of a finished call is shown: what the agent saw, or what was heard the second time. */
export function VersionBar({ callId, pass, version, onVersion, canOrder }: VersionBarProps) {
  const { t } = useTranslation()
  const mayExport = usePermission('calls.export')
  const order = useOrderSecondPass(callId)
  const known = pass.data
  if (known === undefined) return null
  const mayOrder = canOrder && known.can_be_ordered && known.state !== 'ordered'
  if (known.state === 'none' && !mayOrder && !mayExport) return null
  return (
    <div className="transcript__versions">
      {known.state === 'ready' && (
        <Segmented<Version>
          legend={t('transcript.version')}
          isLegendHidden
          value={version}
          options={[
            { value: 'as_seen', label: t('transcript.as_seen') },
            { value: 'second_pass', label: t('transcript.second_pass') },
          ]}
          onChange={onVersion}
        />
      )}
      {version === 'second_pass' && known.made_at !== null && (
        <span className="field__hint">
          {t('transcript.second_pass_made', {
            at: localTime(known.made_at),
            model: known.model,
            beam: known.beam_size,
            share: percent(known.changed_share),
          })}
        </span>
      )}
      {known.state === 'ordered' && <span role="status">{t('transcript.second_pass_ordered')}</span>}
      {known.state === 'failed' && (
        <span className="field__error">{t('transcript.second_pass_failed', { code: known.error_code })}</span>
      )}
      {order.isError && <span className="field__error">{problemText(t, asProblem(order.error))}</span>}
      <span className="transcript__version-tools">
        {mayOrder && (
          <Button
            isSmall
            tone="quiet"
            title={t('transcript.order_second_pass_hint')}
            disabled={order.isPending}
            onClick={() => {
              order.mutate()
            }}
          >
            {t(known.made_at === null ? 'transcript.order_second_pass' : 'transcript.order_again')}
          </Button>
        )}
        {mayExport && (
          <a className="button button--quiet button--small" download href={transcriptFile(callId, version, 'srt')}>
            {t('transcript.export_srt')}
          </a>
        )}
      </span>
    </div>
  )
}
