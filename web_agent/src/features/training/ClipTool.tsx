import { useState } from 'react'

import { makeClip, useTrainingChanged } from '@/api/queries/training'
import { usePermission } from '@/features/session/useSession'
import { problemText } from '@/i18n/problemText'
import { useTranslation } from '@/i18n/useTranslation'
import { Button } from '@/ui/Button'
import { Field } from '@/ui/Field'
import { clockTime } from '@/ui/format'
import { useShortcut } from '@/ui/shortcuts'
import type { Player } from '@/ui/usePlayer'
import { useSaving } from '@/ui/useSaving'

import './Training.css'

interface ClipToolProps {
  callId: string
  player: Player
  durationMs: number
}

/** Cuts a clip out of a finished call: one key where it begins, one where it ends, Enter keeps it. */
export function ClipTool(props: ClipToolProps) {
  return usePermission('training.teach') ? <Tool {...props} /> : null
}

function Tool({ callId, player, durationMs }: ClipToolProps) {
  const { t } = useTranslation()
  const [startMs, setStartMs] = useState<number | null>(null)
  const [endMs, setEndMs] = useState<number | null>(null)
  const [title, setTitle] = useState('')
  const [note, setNote] = useState('')
  const [kept, setKept] = useState('')
  const changed = useTrainingChanged()
  const begin = () => {
    setStartMs(Math.round(player.timeMs))
    setEndMs(null)
    setKept('')
  }
  const end = () => {
    setEndMs(Math.min(Math.round(player.timeMs), durationMs))
    player.pause()
  }
  useShortcut({ chord: '[', group: 'call', label: t('clip.begin'), run: begin })
  useShortcut({ chord: ']', group: 'call', label: t('clip.end'), run: end, isEnabled: startMs !== null })
  const saving = useSaving(makeClip, {
    onSaved: (clip) => {
      setKept(clip.title)
      setStartMs(null)
      setEndMs(null)
      setTitle('')
      setNote('')
      void changed()
    },
  })
  const isWhole = startMs !== null && endMs !== null && endMs > startMs
  return (
    <form
      className="clip-tool"
      aria-label={t('clip.tool')}
      onSubmit={(event) => {
        event.preventDefault()
        if (isWhole) saving.save({ call_id: callId, title, note, start_ms: startMs, end_ms: endMs })
      }}
    >
      <Button isSmall chord="[" onClick={begin}>
        {t('clip.begin')}
      </Button>
      <Button isSmall chord="]" disabled={startMs === null} onClick={end}>
        {t('clip.end')}
      </Button>
      {startMs !== null && (
        <span role="status">
          {clockTime(startMs)} – {endMs === null ? '…' : clockTime(endMs)}
        </span>
      )}
      {startMs !== null && endMs !== null && endMs <= startMs && (
        <span className="field__error" role="alert">
          {t('clip.backwards')}
        </span>
      )}
      {isWhole && (
        <>
          <Field
            // eslint-disable-next-line jsx-a11y/no-autofocus -- rejected: the person has just asked for the form by a key.
            autoFocus
            label={t('clip.name')}
            value={title}
            required
            maxLength={200}
            error={null}
            onChange={(event) => {
              setTitle(event.target.value)
            }}
          />
          <Field
            label={t('clip.note')}
            value={note}
            maxLength={2000}
            error={null}
            onChange={(event) => {
              setNote(event.target.value)
            }}
          />
          <Button type="submit" tone="primary" disabled={saving.isPending || title.trim() === ''}>
            {t('clip.keep')}
          </Button>
        </>
      )}
      {kept !== '' && <span role="status">{t('clip.kept', { title: kept })}</span>}
      {saving.problem !== null && (
        <span className="field__error" role="alert">
          {problemText(t, saving.problem)}
        </span>
      )}
    </form>
  )
}
