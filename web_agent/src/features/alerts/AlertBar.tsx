import { asProblem } from '@/api/problem'
import { useConfirmAlert } from '@/api/queries/alerts'
import type { CallAlert } from '@/api/types'
import { problemText } from '@/i18n/problemText'
import { useTranslation } from '@/i18n/useTranslation'
import { Button } from '@/ui/Button'
import { useShortcut } from '@/ui/shortcuts'
import { Banner } from '@/ui/states'

const CHORD = 'Alt+J'

interface AlertBarProps {
  callId: string
  alerts: readonly CallAlert[]
  canConfirm: boolean
  onConfirmed: (alert: CallAlert) => void
}

/** The dangers that the caller spoke of, each with the words to read aloud, until the agent confirms that it was said. */
export function AlertBar({ callId, alerts, canConfirm, onConfirmed }: AlertBarProps) {
  const { t, i18n } = useTranslation()
  const confirm = useConfirmAlert(callId)
  const standing = alerts.filter((alert) => alert.confirmed_by === null)
  const first = standing[0]
  const run = () => {
    if (first !== undefined && !confirm.isPending) confirm.mutate(first.alert_id, { onSuccess: onConfirmed })
  }
  const isEnabled = canConfirm && first !== undefined
  useShortcut({ chord: CHORD, group: 'call', label: t('alert.confirm'), run, isEnabled })
  const language = i18n.language.startsWith('zh') ? 'zh' : 'en'
  return (
    <>
      {standing.map((alert) => (
        <Banner
          key={alert.alert_id}
          tone="danger"
          action={
            canConfirm &&
            alert === first && (
              <Button chord={CHORD} disabled={confirm.isPending} onClick={run}>
                {t('alert.confirm')}
              </Button>
            )
          }
        >
          {t('alert.raised', { name: alert.name[language], words: alert.words })}{' '}
          <strong>{t('alert.say', { script: alert.script[language] })}</strong>
        </Banner>
      ))}
      {confirm.isError && <Banner tone="problem">{problemText(t, asProblem(confirm.error))}</Banner>}
    </>
  )
}
