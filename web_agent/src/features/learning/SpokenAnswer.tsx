import { useEffect, useRef, useState } from 'react'

import { writeDown } from '@/api/queries/training'
import { problemText } from '@/i18n/problemText'
import { useTranslation } from '@/i18n/useTranslation'
import { Button } from '@/ui/Button'
import { useShortcut } from '@/ui/shortcuts'
import { useSaving } from '@/ui/useSaving'

import type { Recording } from './recording'
import { MOST_SECONDS, startRecording } from './recording'

/** One key begins to listen, the same key ends it; what was heard goes into the answer, to be looked at or sent. */
export function SpokenAnswer({ onHeard }: { onHeard: (text: string) => void }) {
  const { t } = useTranslation()
  const recording = useRef<Recording | null>(null)
  const [isListening, setIsListening] = useState(false)
  const [hint, setHint] = useState<'denied' | 'nothing' | null>(null)
  const writing = useSaving(writeDown, {
    onSaved: ({ text }) => {
      setHint(text === '' ? 'nothing' : null)
      if (text !== '') onHeard(text)
    },
  })
  useEffect(
    () => () => {
      recording.current?.cancel()
    },
    [],
  )
  const stop = async () => {
    const running = recording.current
    recording.current = null
    setIsListening(false)
    if (running !== null) writing.save(await running.finish())
  }
  const start = async () => {
    setHint(null)
    try {
      recording.current = await startRecording()
      setIsListening(true)
    } catch {
      setHint('denied')
    }
  }
  useEffect(() => {
    if (!isListening) return
    const timer = setTimeout(() => void stop(), MOST_SECONDS * 1_000)
    return () => {
      clearTimeout(timer)
    }
  })
  const toggle = () => {
    if (!writing.isPending) void (isListening ? stop() : start())
  }
  useShortcut({ chord: 'Alt+V', group: 'lists', label: t('learning.speak'), run: toggle })
  return (
    <span className="learning__spoken">
      <Button chord="Alt+V" aria-pressed={isListening} disabled={writing.isPending} onClick={toggle}>
        {t(isListening ? 'learning.speak_end' : 'learning.speak')}
      </Button>
      <span className="field__hint" role="status">
        {isListening && t('learning.listening')}
        {writing.isPending && t('learning.writing')}
        {hint !== null && t(`learning.speak_${hint}`)}
        {writing.problem !== null && problemText(t, writing.problem)}
      </span>
    </span>
  )
}
