import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'

import { createToken, tokensQuery, useIntegrationsChanged, useRevokeToken } from '@/api/queries/integrations'
import type { ApiTokenView, Permission } from '@/api/types'
import { fieldText, problemText } from '@/i18n/problemText'
import { useTranslation } from '@/i18n/useTranslation'
import { Button } from '@/ui/Button'
import { ConfirmButton } from '@/ui/ConfirmButton'
import type { Column } from '@/ui/DataTable'
import { DataTable } from '@/ui/DataTable'
import { Field } from '@/ui/Field'
import { localTime } from '@/ui/format'
import { Banner, Empty } from '@/ui/states'
import { useSaving } from '@/ui/useSaving'

import { MakingPart } from './MakingPart'

/** Tokens of programs: what each may do, how long, and when it was last used. */
export function Tokens() {
  const { t } = useTranslation()
  const tokens = useQuery(tokensQuery)
  return (
    <MakingPart
      title={t('integrations.tokens')}
      hint={t('integrations.tokens_hint')}
      make={t('integrations.new_token')}
      query={tokens}
      form={(onMade) => tokens.data !== undefined && <TokenForm grantable={tokens.data.grantable} onMade={onMade} />}
    >
      {tokens.data !== undefined && <TokenTable tokens={tokens.data.items} />}
    </MakingPart>
  )
}

function TokenForm({ grantable, onMade }: { grantable: readonly Permission[]; onMade: (token: string) => void }) {
  const { t } = useTranslation()
  const changed = useIntegrationsChanged()
  const [name, setName] = useState('')
  const [days, setDays] = useState('90')
  const [chosen, setChosen] = useState<readonly Permission[]>(['work_orders.read'])
  const saving = useSaving(createToken, {
    onSaved: (made) => {
      void changed()
      onMade(made.token)
    },
  })
  const errorOf = (field: string) => {
    const error = saving.errorOf(field)
    return error === null ? null : fieldText(t, error)
  }
  return (
    <form
      className="order__form"
      aria-label={t('integrations.new_token')}
      onSubmit={(event) => {
        event.preventDefault()
        saving.save({ name: name.trim(), account_id: null, permissions: [...chosen], days: Number(days) })
      }}
    >
      {saving.problem !== null && <Banner tone="problem">{problemText(t, saving.problem)}</Banner>}
      <div className="integrations__row">
        <Field
          label={t('integrations.name')}
          required
          minLength={2}
          maxLength={40}
          value={name}
          error={errorOf('name')}
          onChange={(event) => {
            setName(event.target.value)
          }}
        />
        <Field
          label={t('integrations.days')}
          type="number"
          required
          min={1}
          max={366}
          value={days}
          error={errorOf('days')}
          onChange={(event) => {
            setDays(event.target.value)
          }}
        />
      </div>
      <fieldset className="integrations__choices">
        <legend className="field__label">{t('integrations.permissions')}</legend>
        {grantable.map((permission) => (
          <label key={permission}>
            <input
              type="checkbox"
              checked={chosen.includes(permission)}
              onChange={(event) => {
                const others = chosen.filter((item) => item !== permission)
                setChosen(event.target.checked ? [...others, permission] : others)
              }}
            />{' '}
            <code>{permission}</code>
          </label>
        ))}
      </fieldset>
      <div>
        <Button type="submit" tone="primary" disabled={saving.isPending || chosen.length === 0}>
          {t('integrations.create')}
        </Button>
      </div>
    </form>
  )
}

function TokenTable({ tokens }: { tokens: readonly ApiTokenView[] }) {
  const { t } = useTranslation()
  const revoking = useRevokeToken()
  if (tokens.length === 0) return <Empty title={t('integrations.no_tokens')} hint={t('integrations.no_tokens_hint')} />
  const columns: Column<ApiTokenView>[] = [
    { key: 'name', title: t('integrations.name'), render: (token) => <strong>{token.name}</strong> },
    {
      key: 'state',
      title: t('integrations.state'),
      render: (token) => (
        <span className={`tag ${token.is_live ? 'tag--ready' : ''}`}>
          {t(`integrations.${token.is_live ? 'live' : token.revoked_at === null ? 'expired' : 'revoked'}`)}
        </span>
      ),
    },
    { key: 'account', title: t('integrations.account'), render: (token) => token.account_name },
    {
      key: 'permissions',
      title: t('integrations.permissions'),
      isMain: true,
      render: (token) => <span title={token.permissions.join(' ')}>{token.permissions.join(' ')}</span>,
    },
    { key: 'expires', title: t('integrations.expires'), render: (token) => localTime(token.expires_at).slice(0, 16) },
    {
      key: 'used',
      title: t('integrations.last_used'),
      render: (token) =>
        token.last_used_at === null ? t('integrations.never_used') : localTime(token.last_used_at).slice(0, 16),
    },
    {
      key: 'do',
      title: '',
      render: (token) =>
        token.is_live && (
          <ConfirmButton
            confirmLabel={t('integrations.revoke_now')}
            question={t('integrations.revoke_question', { name: token.name })}
            onConfirm={() => {
              revoking.mutate(token.id)
            }}
          >
            {t('integrations.revoke')}
          </ConfirmButton>
        ),
    },
  ]
  return (
    <div className="orders__table">
      <DataTable caption={t('integrations.tokens')} columns={columns} rows={tokens} keyOf={(token) => token.id} />
    </div>
  )
}
