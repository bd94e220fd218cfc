import { useState } from 'react'

import { rotateSecret, useIntegrationsChanged } from '@/api/queries/integrations'
import type { WebhookView } from '@/api/types'
import { problemText } from '@/i18n/problemText'
import { useTranslation } from '@/i18n/useTranslation'
import { Button } from '@/ui/Button'
import { Field } from '@/ui/Field'
import { Banner } from '@/ui/states'
import { useSaving } from '@/ui/useSaving'

import { Secret } from './Secret'

const DEFAULT_OVERLAP_HOURS = 24
const MOST_OVERLAP_HOURS = 720

/** Gives a webhook a new secret and shows it this one time. */
export function Rotation({ webhook, onClose }: { webhook: WebhookView; onClose: () => void }) {
  const { t } = useTranslation()
  const changed = useIntegrationsChanged()
  const [hours, setHours] = useState(String(DEFAULT_OVERLAP_HOURS))
  const [secret, setSecret] = useState<string | null>(null)
  const saving = useSaving(() => rotateSecret(webhook.id, Number(hours)), {
    onSaved: (made) => {
      setSecret(made.secret)
      void changed()
    },
  })
  if (secret !== null) return <Secret value={secret} />
  return (
    <form
      className="order__form"
      aria-label={t('integrations.rotate')}
      onSubmit={(event) => {
        event.preventDefault()
        saving.save(undefined)
      }}
    >
      <p>{t('integrations.rotate_question', { name: webhook.name })}</p>
      {saving.problem !== null && <Banner tone="problem">{problemText(t, saving.problem)}</Banner>}
      <Field
        label={t('integrations.overlap')}
        type="number"
        required
        min={0}
        max={MOST_OVERLAP_HOURS}
        error={null}
        value={hours}
        onChange={(event) => {
          setHours(event.target.value)
        }}
      />
      <span className="integrations__actions">
        <Button type="submit" tone="primary" disabled={saving.isPending || hours === ''}>
          {t('integrations.rotate_now')}
        </Button>
        <Button tone="quiet" onClick={onClose}>
          {t('common.cancel')}
        </Button>
      </span>
    </form>
  )
}
