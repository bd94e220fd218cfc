import { useMutation } from '@tanstack/react-query'
import { useRef } from 'react'

import { asProblem } from '@/api/problem'
import { hearSound } from '@/api/queries/ivr'
import { problemText } from '@/i18n/problemText'
import { useTranslation } from '@/i18n/useTranslation'
import { Button } from '@/ui/Button'
import { Banner } from '@/ui/states'

import { useMicrophone } from './useMicrophone'

/** The caller's voice: from the microphone or a file, through the recogniser of calls at 8 kHz. */
export function SpokenInput({ isOver, onHeard }: { isOver: boolean; onHeard: (text: string) => void }) {
  const { t } = useTranslation()
  const picker = useRef<HTMLInputElement>(null)
  const hear = useMutation({
    mutationFn: hearSound,
    onSuccess: ({ text }) => {
      onHeard(text)
    },
  })
  const microphone = useMicrophone(hear.mutate)
  return (
    <div className="simulator__voice">
      <Button
        isSmall
        disabled={isOver || hear.isPending}
        aria-pressed={microphone.isOn}
        onClick={() => {
          if (microphone.isOn) microphone.stop()
          else void microphone.start()
        }}
      >
        {t(microphone.isOn ? 'ivr.stop_speaking' : 'ivr.speak')}
      </Button>
      <Button isSmall disabled={isOver || hear.isPending} onClick={() => picker.current?.click()}>
        {t('ivr.play_file')}
      </Button>
      <input
        ref={picker}
        type="file"
        accept="audio/*"
        hidden
        aria-label={t('ivr.play_file')}
        onChange={(event) => {
          const file = event.target.files?.[0]
          event.target.value = ''
          if (file !== undefined) hear.mutate(file)
        }}
      />
      {hear.isPending && <output className="tag tag--waiting">{t('ivr.hearing')}</output>}
      {hear.isSuccess && (
        <output className="simulator__heard">
          {hear.data.text === '' ? t('ivr.heard_nothing') : t('ivr.heard_text', { text: hear.data.text })}
        </output>
      )}
      {microphone.isRefused && <Banner tone="waiting">{t('ivr.no_microphone')}</Banner>}
      {hear.isError && <Banner tone="problem">{problemText(t, asProblem(hear.error))}</Banner>}
    </div>
  )
}
