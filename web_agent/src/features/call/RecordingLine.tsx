import { useQuery } from '@tanstack/react-query'
import type { SyntheticEvent } from 'react'
import { useState } from 'react'

import { asProblem } from '@/api/problem'
import { recordingQuery, useHoldRecording } from '@/api/queries/recordings'
import { usePermission } from '@/features/session/useSession'
import { problemText } from '@/i18n/problemText'
import { useTranslation } from '@/i18n/useTranslation'
import { Button } from '@/ui/Button'
import { clockTime, localTime } from '@/ui/format'

/** What proves the audio of a finished call, and the legal hold that keeps it. */
export function RecordingLine({ callId }: { callId: string }) {
  const { t } = useTranslation()
  const recording = useQuery(recordingQuery(callId))
  const mayHold = usePermission('recordings.hold')
  const hold = useHoldRecording(callId)
  const [reason, setReason] = useState('')
  const known = recording.data
  if (known === undefined || known.state === 'none') return null
  const submit = (event: SyntheticEvent) => {
    event.preventDefault()
    hold.mutate(reason, {
      onSuccess: () => {
        setReason('')
      },
    })
  }
  return (
    <section className="recording-line" aria-label={t('recording.title')}>
      <span>{t(`recording.state_${known.state}`)}</span>
      {known.missing_from_ms !== null && (
        <span className="tag tag--waiting">
          {t('recording.breaks_off', { from: clockTime(known.missing_from_ms) })}
        </span>
      )}
      {known.sha256 !== '' && (
        <span title={known.sha256}>
          {t('recording.proof', { count: known.legs.length, hash: known.sha256.slice(0, 12) })}
        </span>
      )}
      {known.hold !== null && (
        <span className="tag tag--waiting" title={localTime(known.hold.placed_at)}>
          {t('recording.held', { name: known.hold.placed_by, reason: known.hold.reason })}
        </span>
      )}
      {mayHold && known.hold !== null && (
        <Button
          isSmall
          tone="quiet"
          disabled={hold.isPending}
          onClick={() => {
            hold.mutate(null)
          }}
        >
          {t('recording.release')}
        </Button>
      )}
      {mayHold && known.hold === null && known.state !== 'deleted' && (
        <form className="recording-line__form" onSubmit={submit}>
          <input
            className="input"
            aria-label={t('recording.reason')}
            placeholder={t('recording.reason')}
            maxLength={200}
            required
            value={reason}
            onChange={(event) => {
              setReason(event.target.value)
            }}
          />
          <Button type="submit" isSmall disabled={hold.isPending || reason.trim() === ''}>
            {t('recording.hold')}
          </Button>
        </form>
      )}
      {hold.isError && (
        <span className="field__error" role="alert">
          {problemText(t, asProblem(hold.error))}
        </span>
      )}
    </section>
  )
}
