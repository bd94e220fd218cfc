import { useQuery, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'

import { acceptCrewOrder, arriveAtCrewOrder, crewOrderQuery, finishCrewOrder, sendCrewPhoto } from '@/api/queries/crew'
import type { CrewOrder } from '@/api/types'
import { fieldText, problemText } from '@/i18n/problemText'
import { useTranslation } from '@/i18n/useTranslation'
import { Button } from '@/ui/Button'
import { Banner, Empty, Failure, Loading } from '@/ui/states'
import { usePageTitle } from '@/ui/usePageTitle'
import { useSaving } from '@/ui/useSaving'

import './Crew.css'

/** One order for a crew on a telephone, by the token behind # in the address; without an account. */
export function CrewPage() {
  const { t } = useTranslation()
  const [token] = useState(() => window.location.hash.slice(1))
  usePageTitle(t('crew.title'))
  return (
    <main className="crew">
      <h1>{t('crew.title')}</h1>
      {token === '' ? <Empty title={t('crew.no_link')} hint={t('crew.no_link_hint')} /> : <Order token={token} />}
    </main>
  )
}

function Order({ token }: { token: string }) {
  const { t } = useTranslation()
  const order = useQuery(crewOrderQuery(token))
  if (order.isPending) return <Loading />
  if (order.isError) return <Failure error={order.error} onRetry={order.refetch} />
  const { data } = order
  return (
    <>
      <p>
        <strong>{data.number}</strong> · {t(`orders.type_${data.business_type}`)} · {t(`orders.state_${data.state}`)}
      </p>
      <p>{data.address}</p>
      <p>{data.description}</p>
      <p>
        {data.contact_name}{' '}
        {data.contact_phone !== '' && (
          <a href={`tel:${data.contact_phone}`}>{t('crew.call', { number: data.contact_phone })}</a>
        )}
      </p>
      <Steps token={token} order={data} />
      <Photos token={token} order={data} />
    </>
  )
}

function Steps({ token, order }: { token: string; order: CrewOrder }) {
  const { t } = useTranslation()
  const client = useQueryClient()
  const [result, setResult] = useState('')
  const saving = useSaving((send: () => Promise<CrewOrder>) => send(), {
    onSaved: (changed) => {
      client.setQueryData(crewOrderQuery(token).queryKey, changed)
    },
  })
  const may = (action: CrewOrder['legal_actions'][number]) => order.legal_actions.includes(action)
  return (
    <>
      {saving.problem !== null && (
        <Banner tone="problem">
          {[problemText(t, saving.problem), ...saving.problem.fields.map((error) => fieldText(t, error))].join(' ')}
        </Banner>
      )}
      {may('take') && (
        <Button
          tone="primary"
          disabled={saving.isPending}
          onClick={() => {
            saving.save(() => acceptCrewOrder(token))
          }}
        >
          {t('crew.accept')}
        </Button>
      )}
      {may('arrive') && (
        <Button
          tone="primary"
          disabled={saving.isPending}
          onClick={() => {
            saving.save(() => arriveAtCrewOrder(token))
          }}
        >
          {t('crew.arrive')}
        </Button>
      )}
      {order.state === 'on_site' && (
        <>
          <label className="field">
            <span className="field__label">{t('crew.result')}</span>
            <textarea
              className="input"
              rows={4}
              maxLength={2000}
              value={result}
              onChange={(event) => {
                setResult(event.target.value)
              }}
            />
          </label>
          <Button
            tone="primary"
            disabled={saving.isPending || result.trim().length < 2}
            onClick={() => {
              saving.save(() => finishCrewOrder(token, result))
            }}
          >
            {t('crew.done')}
          </Button>
        </>
      )}
      {order.state === 'done' && <p role="status">{t('crew.over')}</p>}
    </>
  )
}

function Photos({ token, order }: { token: string; order: CrewOrder }) {
  const { t } = useTranslation()
  const client = useQueryClient()
  const saving = useSaving((file: File) => sendCrewPhoto(token, file), {
    onSaved: () => {
      void client.invalidateQueries({ queryKey: ['crew'] })
    },
  })
  return (
    <>
      {saving.problem !== null && <Banner tone="problem">{problemText(t, saving.problem)}</Banner>}
      <label className="field">
        <span className="field__label">{t('crew.photo')}</span>
        <input
          type="file"
          accept="image/jpeg,image/png,image/webp"
          capture="environment"
          disabled={saving.isPending}
          onChange={(event) => {
            const file = event.target.files?.[0]
            event.target.value = ''
            if (file !== undefined) saving.save(file)
          }}
        />
      </label>
      <p role="status">{t('crew.photos', { count: order.photos })}</p>
    </>
  )
}
