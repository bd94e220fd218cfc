import { useQuery } from '@tanstack/react-query'

import { asProblem } from '@/api/problem'
import { recordingsQuery, useRecordPrompt, useRemoveRecording } from '@/api/queries/ivr'
import { problemText } from '@/i18n/problemText'
import { useTranslation } from '@/i18n/useTranslation'
import { Button } from '@/ui/Button'
import { FileButton } from '@/ui/FileButton'
import { localTime } from '@/ui/format'

import { useMicrophone } from './useMicrophone'
import { useVoice } from './useVoice'

/** How a prompt sounds: by the voice, or recorded by a person from a file or the microphone. */
export function PromptSound({ text }: { text: string }) {
  const { t } = useTranslation()
  const recordings = useQuery(recordingsQuery)
  const record = useRecordPrompt()
  const remove = useRemoveRecording()
  const voice = useVoice()
  const microphone = useMicrophone((sound) => {
    record.mutate({ text, sound })
  })
  // Values are put in while a caller waits; such a text is never the same twice.
  if (text.trim() === '' || text.includes('{')) return null
  const known = recordings.data?.items.find((item) => item.text === text)
  const error = record.error ?? remove.error ?? voice.problem
  return (
    <span className="prompt-sound">
      <Button isSmall tone="quiet" aria-label={t('ivr.hear', { text })} onClick={() => void voice.say(text)}>
        ▶
      </Button>
      {known === undefined
        ? t('ivr.by_voice')
        : t('ivr.recorded', { by: known.recorded_by, at: localTime(known.recorded_at) })}
      <FileButton
        isSmall
        label={t('ivr.record_file')}
        accept="audio/*"
        isDisabled={record.isPending}
        onPick={(sound) => {
          record.mutate({ text, sound })
        }}
      />
      <Button
        isSmall
        aria-pressed={microphone.isOn}
        disabled={record.isPending}
        onClick={() => {
          if (microphone.isOn) microphone.stop()
          else void microphone.start()
        }}
      >
        {t(microphone.isOn ? 'ivr.stop_speaking' : 'ivr.record')}
      </Button>
      {known !== undefined && (
        <Button
          isSmall
          tone="quiet"
          onClick={() => {
            remove.mutate(text)
          }}
        >
          {t('ivr.remove_recording')}
        </Button>
      )}
      {error !== null && (
        <span className="field__error" role="alert">
          {problemText(t, asProblem(error))}
        </span>
      )}
    </span>
  )
}
