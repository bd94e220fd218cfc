import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { Link } from 'react-router'

import { confirmMassFault, massFaultsQuery, useNoticesChanged } from '@/api/queries/notices'
import type { MassFaultView } from '@/api/types'
import { fieldText, problemText } from '@/i18n/problemText'
import { useTranslation } from '@/i18n/useTranslation'
import { Button } from '@/ui/Button'
import { localTime } from '@/ui/format'
import { sectorText } from '@/ui/sectors'
import { Banner } from '@/ui/states'
import { useSaving } from '@/ui/useSaving'

/** Streets with more reports than usual, each with its evidence, for whoever decides that it is one fault. */
export function MassFaultBanners() {
  const faults = useQuery(massFaultsQuery)
  return (
    <>
      {faults.data?.items.map((fault) => (
        <MassFault key={`${fault.area} ${fault.sector} ${fault.group}`} fault={fault} />
      ))}
    </>
  )
}

function MassFault({ fault }: { fault: MassFaultView }) {
  const { t } = useTranslation()
  const [isOpen, setIsOpen] = useState(false)
  const total = fault.orders + fault.calls
  return (
    <section className="mass-fault" aria-label={t('mass_fault.title', { area: fault.area })}>
      <Banner
        tone="waiting"
        action={
          <Button
            isSmall
            aria-expanded={isOpen}
            onClick={() => {
              setIsOpen(!isOpen)
            }}
          >
            {t(isOpen ? 'mass_fault.hide' : 'mass_fault.look')}
          </Button>
        }
      >
        <strong>{t('mass_fault.banner', { area: fault.area, sector: sectorText(t, fault.sector), total })}</strong>{' '}
        {t('mass_fault.counts', { orders: fault.orders, calls: fault.calls, usual: fault.usual_in_an_hour })}{' '}
        {fault.feeders.length > 0 && `${t('addresses.feeder')}: ${fault.feeders.join(t('orders.comma'))}`}
      </Banner>
      {isOpen && <Confirmation fault={fault} />}
    </section>
  )
}

function Confirmation({ fault }: { fault: MassFaultView }) {
  const { t } = useTranslation()
  const changed = useNoticesChanged()
  const sector = sectorText(t, fault.sector)
  const [text, setText] = useState(() => t('mass_fault.text', { area: fault.area, sector }))
  const saving = useSaving(
    () =>
      confirmMassFault({
        area: fault.area,
        sector: fault.sector,
        group: fault.group,
        text: text.trim(),
        ends_at: null,
      }),
    { onSaved: changed },
  )
  const error = saving.errorOf('text')
  return (
    <div className="panel mass-fault__body">
      <ul className="mass-fault__reports">
        {fault.reports.map((report) => (
          <li key={report.id}>
            <time>{localTime(report.at).slice(11)}</time>{' '}
            {report.kind === 'order' ? (
              <Link to={`/work-orders/${report.id}`}>{report.number}</Link>
            ) : (
              <Link to={`/calls/${report.id}`}>{t('mass_fault.call')}</Link>
            )}{' '}
            {report.address}
          </li>
        ))}
      </ul>
      <form
        className="order__form"
        onSubmit={(event) => {
          event.preventDefault()
          saving.save(undefined)
        }}
      >
        {saving.problem !== null && <Banner tone="problem">{problemText(t, saving.problem)}</Banner>}
        <label className="field">
          <span className="field__label">{t('mass_fault.notice')}</span>
          <textarea
            className="input"
            rows={3}
            maxLength={500}
            value={text}
            onChange={(event) => {
              setText(event.target.value)
            }}
          />
        </label>
        {error !== null && <span className="field__error">{fieldText(t, error)}</span>}
        <Button type="submit" tone="primary" disabled={saving.isPending || text.trim().length < 2}>
          {t('mass_fault.confirm', { orders: fault.orders })}
        </Button>
      </form>
    </div>
  )
}
