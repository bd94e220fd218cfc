import { useState } from 'react'

import type { ClipView, LessonItem } from '@/api/types'
import { useTranslation } from '@/i18n/useTranslation'
import { Button } from '@/ui/Button'
import { Empty } from '@/ui/states'

import { newId } from './newId'
import { PracticePicker } from './PracticePicker'

/** Clips to put into the lesson; the call of each also gives exercises and a role play. */
export function AddClips({ clips, onAdd }: { clips: readonly ClipView[]; onAdd: (item: LessonItem) => void }) {
  const { t } = useTranslation()
  const [callId, setCallId] = useState<string | null>(null)
  if (clips.length === 0) return <Empty title={t('clip.none')} hint={t('clip.none_hint')} />
  return (
    <ul className="clips">
      {clips.map((clip) => (
        <li key={clip.id} className="lesson__bar">
          <b>{clip.title}</b>
          <Button
            isSmall
            aria-label={t('lesson.add_clip_named', { title: clip.title })}
            onClick={() => {
              onAdd({ kind: 'clip', id: newId(), clip_id: clip.id, note: clip.note })
            }}
          >
            {t('lesson.add_clip')}
          </Button>
          <Button
            isSmall
            aria-expanded={callId === clip.call_id}
            aria-label={t('lesson.from_call_named', { title: clip.title })}
            onClick={() => {
              setCallId(callId === clip.call_id ? null : clip.call_id)
            }}
          >
            {t('lesson.from_call')}
          </Button>
          {callId === clip.call_id && clip === clips.find((known) => known.call_id === callId) && (
            <PracticePicker callId={callId} onAdd={onAdd} newId={newId} />
          )}
        </li>
      ))}
    </ul>
  )
}
