import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'

import { matchQuery, placesQuery } from '@/api/queries/addresses'
import type { AddressMatch, AddressPlaceView } from '@/api/types'
import { usePermission } from '@/features/session/useSession'
import { useTranslation } from '@/i18n/useTranslation'
import { Button } from '@/ui/Button'
import { keepComposing } from '@/ui/keys'
import { ListPage } from '@/ui/ListPage'
import { Empty, Failure, Loading } from '@/ui/states'

import { AddressImport } from './AddressImport'

import './Addresses.css'

const LEVELS = ['district', 'street', 'community', 'building'] as const

/** The address tree: what an address means, and the tree itself, opened branch by branch. */
export function AddressesPage() {
  const { t } = useTranslation()
  const canImport = usePermission('customers.edit')
  return (
    <ListPage title={t('addresses.title')}>
      <div className="addresses">
        <section className="panel addresses__part" aria-label={t('addresses.match')}>
          <h2 className="panel__title">{t('addresses.match')}</h2>
          <Match />
          {canImport && <AddressImport />}
        </section>
        <section className="panel addresses__part" aria-label={t('addresses.tree')}>
          <h2 className="panel__title">{t('addresses.tree')}</h2>
          <Tree />
        </section>
      </div>
    </ListPage>
  )
}

/** Shows what an address means, as orders will see it. */
function Match() {
  const { t } = useTranslation()
  const [typed, setTyped] = useState('')
  const [asked, setAsked] = useState('')
  const match = useQuery({ ...matchQuery(asked), enabled: asked !== '' })
  return (
    <>
      <form
        role="search"
        className="addresses__search"
        onSubmit={(event) => {
          event.preventDefault()
          if (typed.trim().length > 1) setAsked(typed.trim())
        }}
      >
        <label className="field">
          <span className="field__label">{t('addresses.said')}</span>
          <input
            className="input"
            type="search"
            maxLength={200}
            autoComplete="off"
            placeholder={t('addresses.example')}
            value={typed}
            onKeyDown={keepComposing}
            onChange={(event) => {
              setTyped(event.target.value)
            }}
          />
        </label>
        <Button type="submit" tone="primary">
          {t('addresses.find')}
        </Button>
      </form>
      {match.isError && <Failure error={match.error} onRetry={match.refetch} />}
      <div role="status">{match.data !== undefined && <Found match={match.data} />}</div>
    </>
  )
}

function Found({ match }: { match: AddressMatch }) {
  const { t } = useTranslation()
  if (match.code === null) return <Empty title={t('addresses.no_match')} hint={t('addresses.no_match_hint')} />
  const facts = [
    [t('addresses.path'), match.path.join(' › ')],
    [t('addresses.code'), match.code],
    [t('orders.area'), match.area],
    [t('addresses.area_class'), match.area_class === '' ? '' : areaClassText(t, match.area_class)],
    [t('addresses.equipment'), match.equipment],
    [t('addresses.feeder'), match.feeder],
  ] as const
  return (
    <>
      {!match.is_sure && <p className="tag tag--waiting">◔ {t('addresses.by_sound')}</p>}
      <dl className="addresses__facts">
        {facts
          .filter(([, value]) => value !== '')
          .map(([name, value]) => (
            <div key={name}>
              <dt>{name}</dt>
              <dd>{value}</dd>
            </div>
          ))}
      </dl>
    </>
  )
}

function Tree() {
  const { t } = useTranslation()
  const places = useQuery(placesQuery(null))
  if (places.isPending) return <Loading lines={6} />
  if (places.isError) return <Failure error={places.error} onRetry={places.refetch} />
  const { items, counts } = places.data
  if (items.length === 0) return <Empty title={t('addresses.none')} hint={t('addresses.none_hint')} />
  return (
    <>
      <p className="field__hint">
        {LEVELS.filter((level) => (counts[level] ?? 0) > 0)
          .map((level) => `${t(`addresses.level_${level}`)} ${String(counts[level])}`)
          .join(' · ')}
      </p>
      <ul className="addresses__tree">
        {items.map((place) => (
          <Branch key={place.id} place={place} isOpenFirst={items.length === 1} />
        ))}
      </ul>
    </>
  )
}

/** One place; what stands below it is asked for when somebody opens it. */
function Branch({ place, isOpenFirst = false }: { place: AddressPlaceView; isOpenFirst?: boolean }) {
  const { t } = useTranslation()
  const [isOpen, setIsOpen] = useState(isOpenFirst)
  const details = [
    place.aliases.length > 0 && t('addresses.also', { names: place.aliases.join(t('orders.comma')) }),
    place.area_class !== '' && areaClassText(t, place.area_class),
    place.feeder,
    place.equipment,
  ].filter((text) => text !== false && text !== '')
  const name = (
    <>
      {place.name} <span className="addresses__code">{place.code}</span>
    </>
  )
  return (
    <li>
      {place.children > 0 ? (
        <button
          type="button"
          className="addresses__branch"
          aria-expanded={isOpen}
          onClick={() => {
            setIsOpen(!isOpen)
          }}
        >
          <span aria-hidden="true">{isOpen ? '▾' : '▸'}</span> {name} ({place.children})
        </button>
      ) : (
        <span className="addresses__leaf">{name}</span>
      )}
      {details.length > 0 && <span className="field__hint"> {details.join(' · ')}</span>}
      {isOpen && place.children > 0 && <Below parentId={place.id} />}
    </li>
  )
}

function Below({ parentId }: { parentId: string }) {
  const places = useQuery(placesQuery(parentId))
  if (places.isPending) return <Loading lines={2} />
  if (places.isError) return <Failure error={places.error} onRetry={places.refetch} />
  return (
    <ul className="addresses__tree">
      {places.data.items.map((place) => (
        <Branch key={place.id} place={place} />
      ))}
    </ul>
  )
}

function areaClassText(t: ReturnType<typeof useTranslation>['t'], areaClass: string): string {
  return t(`addresses.class_${areaClass}` as 'addresses.class_urban')
}
