import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { Link } from 'react-router'

import { createNotice, noticesQuery, useEndNotice, useNoticesChanged } from '@/api/queries/notices'
import type { NoticeDraft, NoticeView } from '@/api/types'
import { usePermission } from '@/features/session/useSession'
import { fieldText, problemText } from '@/i18n/problemText'
import { useTranslation } from '@/i18n/useTranslation'
import { Button } from '@/ui/Button'
import { ConfirmButton } from '@/ui/ConfirmButton'
import type { Column } from '@/ui/DataTable'
import { DataTable } from '@/ui/DataTable'
import { Field } from '@/ui/Field'
import { localTime, momentOf } from '@/ui/format'
import { ListPage } from '@/ui/ListPage'
import { SECTORS, sectorText } from '@/ui/sectors'
import { Banner, Empty, Failure, Loading } from '@/ui/states'
import { useSaving } from '@/ui/useSaving'

import './Notices.css'

/** Outage notices: what agents tell callers of an area before anything else. */
export function NoticesPage() {
  const { t } = useTranslation()
  const canDirect = usePermission('work_orders.direct')
  const [isWriting, setIsWriting] = useState(false)
  return (
    <ListPage
      title={t('notices.title')}
      actions={
        canDirect && (
          <Button
            tone="primary"
            aria-expanded={isWriting}
            onClick={() => {
              setIsWriting(!isWriting)
            }}
          >
            {t('notices.new')}
          </Button>
        )
      }
    >
      {isWriting && (
        <NoticeForm
          onDone={() => {
            setIsWriting(false)
          }}
        />
      )}
      <NoticeTable canDirect={canDirect} />
    </ListPage>
  )
}

interface Typed {
  area: string
  sector: NoticeDraft['sector']
  text: string
  endsAt: string
}

function NoticeForm({ onDone }: { onDone: () => void }) {
  const { t } = useTranslation()
  const changed = useNoticesChanged()
  const [typed, setTyped] = useState<Typed>({ area: '', sector: 'power', text: '', endsAt: '' })
  const saving = useSaving(createNotice, {
    onSaved: () => {
      void changed()
      onDone()
    },
  })
  const errorOf = (field: string) => {
    const error = saving.errorOf(field)
    return error === null ? null : fieldText(t, error)
  }
  return (
    <form
      className="panel notice-form"
      aria-label={t('notices.new')}
      onSubmit={(event) => {
        event.preventDefault()
        saving.save({
          area: typed.area.trim(),
          sector: typed.sector,
          text: typed.text.trim(),
          starts_at: null,
          ends_at: typed.endsAt === '' ? null : momentOf(typed.endsAt),
        })
      }}
    >
      {saving.problem !== null && <Banner tone="problem">{problemText(t, saving.problem)}</Banner>}
      <div className="notice-form__row">
        <Field
          label={t('notices.area')}
          placeholder={t('notices.area_hint')}
          required
          minLength={2}
          maxLength={100}
          value={typed.area}
          error={errorOf('area')}
          onChange={(event) => {
            setTyped({ ...typed, area: event.target.value })
          }}
        />
        <label className="field">
          <span className="field__label">{t('notices.sector')}</span>
          <select
            className="input"
            value={typed.sector}
            onChange={(event) => {
              setTyped({ ...typed, sector: event.target.value as Typed['sector'] })
            }}
          >
            {SECTORS.map((sector) => (
              <option key={sector} value={sector}>
                {sectorText(t, sector)}
              </option>
            ))}
          </select>
        </label>
        <Field
          label={t('notices.ends_at')}
          type="datetime-local"
          value={typed.endsAt}
          error={errorOf('ends_at')}
          onChange={(event) => {
            setTyped({ ...typed, endsAt: event.target.value })
          }}
        />
      </div>
      <label className="field">
        <span className="field__label">{t('notices.text')}</span>
        <textarea
          className="input"
          rows={3}
          required
          minLength={2}
          maxLength={500}
          value={typed.text}
          onChange={(event) => {
            setTyped({ ...typed, text: event.target.value })
          }}
        />
      </label>
      <div className="notice-form__actions">
        <Button type="submit" tone="primary" disabled={saving.isPending}>
          {t('notices.save')}
        </Button>
        <Button onClick={onDone}>{t('common.cancel')}</Button>
      </div>
    </form>
  )
}

function NoticeTable({ canDirect }: { canDirect: boolean }) {
  const { t } = useTranslation()
  const notices = useQuery(noticesQuery)
  const end = useEndNotice()
  if (notices.isPending) return <Loading lines={6} />
  if (notices.isError) return <Failure error={notices.error} onRetry={notices.refetch} />
  if (notices.data.items.length === 0) return <Empty title={t('notices.none')} hint={t('notices.none_hint')} />
  const columns: Column<NoticeView>[] = [
    {
      key: 'state',
      title: t('notices.state'),
      render: (notice) => (
        <span className={`tag ${notice.is_current ? 'tag--waiting' : ''}`}>
          {t(notice.is_current ? 'notices.is_current' : 'notices.is_over')}
        </span>
      ),
    },
    { key: 'area', title: t('notices.area'), render: (notice) => <strong>{notice.area}</strong> },
    { key: 'sector', title: t('notices.sector'), render: (notice) => sectorText(t, notice.sector) },
    {
      key: 'text',
      title: t('notices.text'),
      isMain: true,
      render: (notice) => <span title={notice.text}>{notice.text}</span>,
    },
    { key: 'from', title: t('notices.starts_at'), render: (notice) => localTime(notice.starts_at).slice(0, 16) },
    {
      key: 'until',
      title: t('notices.ends_at'),
      render: (notice) => (notice.ends_at === null ? t('notices.open_end') : localTime(notice.ends_at).slice(0, 16)),
    },
    { key: 'by', title: t('notices.by'), render: (notice) => notice.created_by_name },
    {
      key: 'do',
      title: '',
      render: (notice) => (
        <>
          {notice.order_id !== null && <Link to={`/work-orders/${notice.order_id}`}>{t('notices.order')}</Link>}{' '}
          {canDirect && notice.is_current && (
            <ConfirmButton
              confirmLabel={t('notices.end_now')}
              question={t('notices.end_question', { area: notice.area })}
              onConfirm={() => {
                end.mutate(notice.id)
              }}
            >
              {t('notices.end')}
            </ConfirmButton>
          )}
        </>
      ),
    },
  ]
  return (
    <section className="panel orders__table">
      <DataTable
        caption={t('notices.title')}
        columns={columns}
        rows={notices.data.items}
        keyOf={(notice) => notice.id}
      />
    </section>
  )
}
