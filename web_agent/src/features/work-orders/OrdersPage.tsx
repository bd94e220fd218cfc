import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { Link } from 'react-router'

import { orderUnitsQuery } from '@/api/queries/orders'
import type { OrderFilter } from '@/api/queries/orders'
import { usePermission } from '@/features/session/useSession'
import { useTranslation } from '@/i18n/useTranslation'
import { BUSINESS_TYPES } from '@/ui/businessTypes'
import { Button } from '@/ui/Button'
import { ListPage } from '@/ui/ListPage'
import { SECTORS, sectorText } from '@/ui/sectors'
import { useShortcut } from '@/ui/shortcuts'

import { MassFaultBanners } from './MassFaultBanners'
import { OrderTable } from './OrderTable'
import type { SavedView } from './views'
import { EVERYTHING, isSame, savedViews, storeViews, withView } from './views'
import { STATES } from './words'

import './Orders.css'

/** Work orders of one's units, the newest first, by views that are one key away. */
export function OrdersPage() {
  const { t } = useTranslation()
  const [filter, setFilter] = useState<OrderFilter>({ ...EVERYTHING, is_open: true })
  const canDirect = usePermission('work_orders.direct')
  return (
    <ListPage
      title={t('orders.title')}
      actions={
        <>
          <Link to="/work-orders/board">{t('board.title')}</Link>
          <Link to="/addresses">{t('addresses.title')}</Link>
          <Link to="/complaints">{t('complaints.title')}</Link>
          <Link to="/notices">{t('notices.title')}</Link>
          {canDirect && <Link to="/work-orders/first-contact">{t('first_contact.title')}</Link>}
        </>
      }
    >
      {canDirect && <MassFaultBanners />}
      <Views filter={filter} onChange={setFilter} />
      <div className="page__filters">
        <Filters filter={filter} onChange={setFilter} />
      </div>
      <OrderTable key={JSON.stringify(filter)} filter={filter} />
    </ListPage>
  )
}

interface FilterProps {
  filter: OrderFilter
  onChange: (filter: OrderFilter) => void
}

/** Views that every installation has, then those of this person; the digits 1–9 choose. */
function Views({ filter, onChange }: FilterProps) {
  const { t } = useTranslation()
  const [own, setOwn] = useState(savedViews)
  const [name, setName] = useState<string | null>(null)
  const built: SavedView[] = [
    { name: t('orders.view_open'), filter: { ...EVERYTHING, is_open: true } },
    { name: t('orders.view_overdue'), filter: { ...EVERYTHING, is_open: true, is_overdue: true } },
    { name: t('orders.view_to_dispatch'), filter: { ...EVERYTHING, state: 'accepted' } },
    { name: t('orders.view_returned'), filter: { ...EVERYTHING, state: 'returned' } },
    { name: t('orders.view_done'), filter: { ...EVERYTHING, state: 'done' } },
    { name: t('orders.view_callback'), filter: { ...EVERYTHING, state: 'callback_due' } },
    { name: t('orders.view_complaints'), filter: { ...EVERYTHING, business_type: 'complaint' } },
    { name: t('orders.view_all'), filter: EVERYTHING },
  ]
  const keep = (views: SavedView[]) => {
    storeViews(views)
    setOwn(views)
  }
  return (
    <nav className="views" aria-label={t('orders.views')}>
      {built.map((view, place) => (
        <ViewButton key={view.name} view={view} chord={String(place + 1)} filter={filter} onChange={onChange} />
      ))}
      {own.map((view) => (
        <span key={view.name} className="views__own">
          <ViewButton view={view} filter={filter} onChange={onChange} />
          <Button
            isSmall
            tone="quiet"
            aria-label={t('orders.view_remove', { name: view.name })}
            onClick={() => {
              keep(own.filter((known) => known !== view))
            }}
          >
            ✕
          </Button>
        </span>
      ))}
      {name === null ? (
        <Button
          isSmall
          tone="quiet"
          onClick={() => {
            setName('')
          }}
        >
          + {t('orders.view_save')}
        </Button>
      ) : (
        <form
          className="views__form"
          onSubmit={(event) => {
            event.preventDefault()
            if (name.trim() !== '') keep(withView(own, { name: name.trim(), filter }))
            setName(null)
          }}
        >
          <input
            className="input"
            aria-label={t('orders.view_name')}
            placeholder={t('orders.view_name')}
            maxLength={20}
            // eslint-disable-next-line jsx-a11y/no-autofocus -- rejected: the field opens because somebody asked for it.
            autoFocus
            value={name}
            onChange={(event) => {
              setName(event.target.value)
            }}
          />
          <Button type="submit" isSmall tone="primary">
            {t('orders.view_keep')}
          </Button>
        </form>
      )}
    </nav>
  )
}

function ViewButton({ view, chord, filter, onChange }: FilterProps & { view: SavedView; chord?: string }) {
  const run = () => {
    onChange(view.filter)
  }
  useShortcut({ chord: chord ?? '', group: 'lists', label: view.name, run, isEnabled: chord !== undefined })
  return (
    <Button isSmall aria-pressed={isSame(view.filter, filter)} onClick={run} {...(chord !== undefined && { chord })}>
      {view.name}
    </Button>
  )
}

function Filters({ filter, onChange }: FilterProps) {
  const { t } = useTranslation()
  const units = useQuery(orderUnitsQuery)
  const choice = <Name extends 'state' | 'business_type' | 'sector' | 'unit_id'>(
    name: Name,
    label: string,
    options: readonly { value: NonNullable<OrderFilter[Name]>; text: string }[],
  ) => (
    <label className="field">
      <span className="field__label">{label}</span>
      <select
        className="input"
        value={filter[name] ?? ''}
        onChange={(event) => {
          const chosen = options.find((option) => option.value === event.target.value)
          onChange({ ...filter, [name]: chosen?.value ?? null })
        }}
      >
        <option value="">{t('orders.all')}</option>
        {options.map((option) => (
          <option key={option.value} value={option.value}>
            {option.text}
          </option>
        ))}
      </select>
    </label>
  )
  return (
    <>
      {choice(
        'state',
        t('orders.filter_state'),
        STATES.map((value) => ({ value, text: t(`orders.state_${value}`) })),
      )}
      {choice(
        'business_type',
        t('orders.filter_type'),
        BUSINESS_TYPES.map((value) => ({ value, text: t(`orders.type_${value}`) })),
      )}
      {choice(
        'sector',
        t('orders.filter_sector'),
        SECTORS.map((value) => ({ value, text: sectorText(t, value) })),
      )}
      {choice(
        'unit_id',
        t('orders.unit'),
        (units.data?.items ?? []).map((unit) => ({ value: unit.id, text: unit.name })),
      )}
      {(['is_open', 'is_overdue'] as const).map((name) => (
        <label key={name} className="views__check">
          <input
            type="checkbox"
            checked={filter[name]}
            onChange={(event) => {
              onChange({ ...filter, [name]: event.target.checked })
            }}
          />
          {t(name === 'is_open' ? 'orders.filter_open' : 'orders.filter_overdue')}
        </label>
      ))}
    </>
  )
}
