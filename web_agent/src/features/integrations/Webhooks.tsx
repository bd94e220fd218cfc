import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'

import {
  createWebhook,
  useIntegrationsChanged,
  useRemoveWebhook,
  useTestWebhook,
  useToggleWebhook,
  webhooksQuery,
} from '@/api/queries/integrations'
import type { WebhookDraft, WebhookView } from '@/api/types'
import { fieldText, problemText } from '@/i18n/problemText'
import { useTranslation } from '@/i18n/useTranslation'
import { Button } from '@/ui/Button'
import { ConfirmButton } from '@/ui/ConfirmButton'
import type { Column } from '@/ui/DataTable'
import { DataTable } from '@/ui/DataTable'
import { Field } from '@/ui/Field'
import { Banner, Empty } from '@/ui/states'
import { localTime } from '@/ui/format'
import { useSaving } from '@/ui/useSaving'

import { MakingPart } from './MakingPart'
import { Rotation } from './Rotation'
import { EVENT_TYPES, eventText } from './words'

/** Addresses of third parties that are told of work orders. */
export function Webhooks() {
  const { t } = useTranslation()
  const webhooks = useQuery(webhooksQuery)
  const [rotatedId, setRotatedId] = useState<string | null>(null)
  const rotated = webhooks.data?.items.find((webhook) => webhook.id === rotatedId)
  return (
    <MakingPart
      title={t('integrations.webhooks')}
      hint={t('integrations.webhooks_hint')}
      make={t('integrations.new_webhook')}
      query={webhooks}
      form={(onMade) => <WebhookForm onMade={onMade} />}
    >
      {rotated !== undefined && (
        <Rotation
          key={rotated.id}
          webhook={rotated}
          onClose={() => {
            setRotatedId(null)
          }}
        />
      )}
      {webhooks.data !== undefined && (
        <WebhookTable
          webhooks={webhooks.data.items}
          onRotate={(webhook) => {
            setRotatedId(webhook.id)
          }}
        />
      )}
    </MakingPart>
  )
}

function WebhookForm({ onMade }: { onMade: (secret: string) => void }) {
  const { t } = useTranslation()
  const changed = useIntegrationsChanged()
  const [draft, setDraft] = useState<WebhookDraft>({
    name: '',
    url: '',
    event_types: [...EVENT_TYPES],
    wants_caller_data: false,
    is_active: true,
  })
  const saving = useSaving(createWebhook, {
    onSaved: (made) => {
      void changed()
      onMade(made.secret)
    },
  })
  const errorOf = (field: string) => {
    const error = saving.errorOf(field)
    return error === null ? null : fieldText(t, error)
  }
  return (
    <form
      className="order__form"
      aria-label={t('integrations.new_webhook')}
      onSubmit={(event) => {
        event.preventDefault()
        saving.save(draft)
      }}
    >
      {saving.problem !== null && <Banner tone="problem">{problemText(t, saving.problem)}</Banner>}
      <div className="integrations__row">
        <Field
          label={t('integrations.name')}
          required
          minLength={2}
          maxLength={64}
          value={draft.name}
          error={errorOf('name')}
          onChange={(event) => {
            setDraft({ ...draft, name: event.target.value })
          }}
        />
        <Field
          label={t('integrations.url')}
          required
          maxLength={500}
          value={draft.url}
          error={errorOf('url')}
          onChange={(event) => {
            setDraft({ ...draft, url: event.target.value })
          }}
        />
      </div>
      <fieldset className="integrations__choices">
        <legend className="field__label">{t('integrations.events')}</legend>
        {EVENT_TYPES.map((type) => (
          <label key={type}>
            <input
              type="checkbox"
              checked={draft.event_types.includes(type)}
              onChange={(event) => {
                const others = draft.event_types.filter((item) => item !== type)
                setDraft({ ...draft, event_types: event.target.checked ? [...others, type] : others })
              }}
            />{' '}
            {eventText(t, type)}
          </label>
        ))}
        <label>
          <input
            type="checkbox"
            checked={draft.wants_caller_data}
            onChange={(event) => {
              setDraft({ ...draft, wants_caller_data: event.target.checked })
            }}
          />{' '}
          {t('integrations.caller_data')}
        </label>
        <span className="field__hint">{t('integrations.caller_data_hint')}</span>
      </fieldset>
      <div>
        <Button type="submit" tone="primary" disabled={saving.isPending || draft.event_types.length === 0}>
          {t('integrations.create')}
        </Button>
      </div>
    </form>
  )
}

interface WebhookTableProps {
  webhooks: readonly WebhookView[]
  onRotate: (webhook: WebhookView) => void
}

function WebhookTable({ webhooks, onRotate }: WebhookTableProps) {
  const { t } = useTranslation()
  const toggling = useToggleWebhook()
  const testing = useTestWebhook()
  const removing = useRemoveWebhook()
  if (webhooks.length === 0) {
    return <Empty title={t('integrations.no_webhooks')} hint={t('integrations.no_webhooks_hint')} />
  }
  const columns: Column<WebhookView>[] = [
    { key: 'name', title: t('integrations.name'), render: (webhook) => <strong>{webhook.name}</strong> },
    {
      key: 'state',
      title: t('integrations.state'),
      render: (webhook) => (
        <>
          <span className={`tag ${webhook.is_active ? 'tag--ready' : ''}`}>
            {t(webhook.is_active ? 'integrations.active' : 'integrations.inactive')}
          </span>{' '}
          {webhook.waiting > 0 && <span className="tag">{t('integrations.waiting', { count: webhook.waiting })}</span>}{' '}
          {webhook.dead > 0 && (
            <span className="tag tag--waiting">{t('integrations.dead', { count: webhook.dead })}</span>
          )}{' '}
          {webhook.old_secret_until !== null && (
            <span className="tag">{t('integrations.old_until', { at: localTime(webhook.old_secret_until) })}</span>
          )}
        </>
      ),
    },
    { key: 'url', title: t('integrations.url'), isMain: true, render: (webhook) => <code>{webhook.url}</code> },
    {
      key: 'events',
      title: t('integrations.events'),
      render: (webhook) => (
        <>
          {webhook.event_types.map((type) => eventText(t, type)).join(t('orders.comma'))}{' '}
          {webhook.wants_caller_data && (
            <span className={`tag ${webhook.gets_caller_data ? 'tag--accent' : 'tag--waiting'}`}>
              {t(webhook.gets_caller_data ? 'integrations.caller_yes' : 'integrations.caller_denied')}
            </span>
          )}
        </>
      ),
    },
    {
      key: 'do',
      title: '',
      render: (webhook) => (
        <span className="integrations__actions">
          <Button
            isSmall
            onClick={() => {
              testing.mutate(webhook.id)
            }}
          >
            {t('integrations.test')}
          </Button>
          <Button
            isSmall
            onClick={() => {
              onRotate(webhook)
            }}
          >
            {t('integrations.rotate')}
          </Button>
          <Button
            isSmall
            onClick={() => {
              toggling.mutate(webhook)
            }}
          >
            {t(webhook.is_active ? 'integrations.pause' : 'integrations.resume')}
          </Button>
          <ConfirmButton
            confirmLabel={t('integrations.remove_now')}
            question={t('integrations.remove_question', { name: webhook.name })}
            onConfirm={() => {
              removing.mutate(webhook.id)
            }}
          >
            {t('integrations.remove')}
          </ConfirmButton>
        </span>
      ),
    },
  ]
  return (
    <div className="orders__table">
      <DataTable
        caption={t('integrations.webhooks')}
        columns={columns}
        rows={webhooks}
        keyOf={(webhook) => webhook.id}
      />
    </div>
  )
}
