import { useMutation } from '@tanstack/react-query'

import { asProblem } from '@/api/problem'
import { hearSound } from '@/api/queries/ivr'
import type { HeardSound } from '@/api/types'
import { problemText } from '@/i18n/problemText'
import { useTranslation } from '@/i18n/useTranslation'
import { Button } from '@/ui/Button'
import { FileButton } from '@/ui/FileButton'
import { Banner } from '@/ui/states'

import { useMicrophone } from './useMicrophone'

/** The caller's voice: from the microphone or a file, through the recogniser of calls at 8 kHz. */
export function SpokenInput({ isOver, onHeard }: { isOver: boolean; onHeard: (heard: HeardSound) => void }) {
  const { t } = useTranslation()
  const hear = useMutation({
    mutationFn: hearSound,
    onSuccess: onHeard,
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
      <FileButton
        isSmall
        label={t('ivr.play_file')}
        accept="audio/*"
        isDisabled={isOver || hear.isPending}
        onPick={hear.mutate}
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
