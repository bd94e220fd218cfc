import { useQuery } from '@tanstack/react-query'
import { useRef, useState } from 'react'
import type { KeyboardEvent } from 'react'
import { Link } from 'react-router'

import { boardQuery } from '@/api/queries/orders'
import type { BoardColumn, BoardGroup, OrderBoard, OrderLine } from '@/api/types'
import { usePermission } from '@/features/session/useSession'
import type { Translate } from '@/i18n/useTranslation'
import { useTranslation } from '@/i18n/useTranslation'
import { localTime } from '@/ui/format'
import { ListPage } from '@/ui/ListPage'
import { SECTORS, sectorText } from '@/ui/sectors'
import { Banner, Empty, Failure, Loading } from '@/ui/states'
import { useGo } from '@/ui/useGo'

import { neighbour } from './board'
import type { Step } from './board'
import { BoardActions } from './BoardActions'
import { Clock } from './Clock'
import { StateTag } from './StateTag'
import { useNow } from './useNow'

import './Board.css'

const GROUPS: readonly BoardGroup[] = ['state', 'area', 'unit']
const STEPS: Readonly<Record<string, Step>> = {
  ArrowUp: 'up',
  ArrowDown: 'down',
  ArrowLeft: 'left',
  ArrowRight: 'right',
}
/** The board asks every four seconds; twice missed, it says how old it is. */
const LATE_MS = 12_000

/** Open orders of one's units in columns: a dispatcher takes and dispatches them without leaving the page. */
export function BoardPage() {
  const { t } = useTranslation()
  const [group, setGroup] = useState<BoardGroup>('state')
  const [sector, setSector] = useState<OrderLine['sector'] | null>(null)
  const board = useQuery(boardQuery(group, sector))
  return (
    <ListPage title={t('board.title')} actions={<Link to="/work-orders">{t('orders.title')}</Link>}>
      <div className="page__filters">
        <label className="field">
          <span className="field__label">{t('board.by')}</span>
          <select
            className="input"
            value={group}
            onChange={(event) => {
              setGroup(event.target.value as BoardGroup)
            }}
          >
            {GROUPS.map((item) => (
              <option key={item} value={item}>
                {t(`board.by_${item}`)}
              </option>
            ))}
          </select>
        </label>
        <label className="field">
          <span className="field__label">{t('orders.filter_sector')}</span>
          <select
            className="input"
            value={sector ?? ''}
            onChange={(event) => {
              setSector(SECTORS.find((item) => item === event.target.value) ?? null)
            }}
          >
            <option value="">{t('orders.all')}</option>
            {SECTORS.map((item) => (
              <option key={item} value={item}>
                {sectorText(t, item)}
              </option>
            ))}
          </select>
        </label>
        {board.data !== undefined && <span className="board__totals">{t('board.totals', { ...board.data })}</span>}
      </div>
      {board.isPending && <Loading lines={10} />}
      {board.isError && board.data === undefined && <Failure error={board.error} onRetry={board.refetch} />}
      {board.data !== undefined && (
        <>
          <Age at={board.dataUpdatedAt} />
          <Columns key={board.data.group} board={board.data} />
        </>
      )}
    </ListPage>
  )
}

/** Says how old the board is when the server does not answer. */
function Age({ at }: { at: number }) {
  const { t } = useTranslation()
  const late = useNow() - at
  if (late < LATE_MS) return null
  return <Banner tone="waiting">{t('board.late', { age: Math.round(late / 1000) })}</Banner>
}

function Columns({ board }: { board: OrderBoard }) {
  const { t } = useTranslation()
  const go = useGo()
  const canHandle = usePermission('work_orders.handle')
  const [chosenId, setChosenId] = useState<string | null>(null)
  const columns = useRef<HTMLDivElement>(null)
  const orders = board.columns.flatMap((column) => column.items)
  const chosen = orders.find((order) => order.id === chosenId)
  if (board.orders === 0) return <Empty title={t('board.none')} hint={t('board.none_hint')} />
  const choose = (id: string | null) => {
    setChosenId(id)
    if (id !== null) columns.current?.querySelector<HTMLElement>(`[data-order="${id}"]`)?.focus()
  }
  const onKeyDown = (event: KeyboardEvent) => {
    const step = STEPS[event.key]
    const id = event.target instanceof HTMLElement ? event.target.dataset.order : undefined
    if (id === undefined || event.nativeEvent.isComposing) return
    if (event.key === 'Enter') go(`/work-orders/${id}`)
    if (step === undefined) return
    event.preventDefault()
    choose(neighbour(board.columns, id, step))
  }
  return (
    <>
      {canHandle && <BoardActions key={chosen === undefined ? '' : `${chosen.id} ${chosen.state}`} order={chosen} />}
      {/* eslint-disable-next-line jsx-a11y/no-static-element-interactions -- rejected: the arrow keys of the cards inside bubble to here. */}
      <div className="board" ref={columns} onKeyDown={onKeyDown}>
        {board.columns.map((column) => (
          <Column
            key={column.key}
            column={column}
            title={titleOf(t, board.group, column)}
            group={board.group}
            chosenId={chosenId}
            onChoose={setChosenId}
          />
        ))}
      </div>
    </>
  )
}

interface ColumnProps {
  column: BoardColumn
  title: string
  group: BoardGroup
  chosenId: string | null
  onChoose: (id: string) => void
}

function Column({ column, title, group, chosenId, onChoose }: ColumnProps) {
  const { t } = useTranslation()
  const hidden = column.orders - column.items.length
  return (
    <section className="board__column" aria-label={title}>
      <h2 className="board__title">
        {title} <span className="board__count">{t('board.column', { orders: column.orders })}</span>
        {column.overdue > 0 && (
          <span className="tag tag--waiting">{t('board.column_overdue', { count: column.overdue })}</span>
        )}
      </h2>
      {column.items.length === 0 && <p className="field__hint">{t('board.empty')}</p>}
      <ul className="board__cards">
        {column.items.map((order) => (
          <li key={order.id}>
            <Card order={order} group={group} isChosen={order.id === chosenId} onChoose={onChoose} />
          </li>
        ))}
      </ul>
      {hidden > 0 && <p className="field__hint">{t('board.more', { count: hidden })}</p>}
    </section>
  )
}

interface CardProps {
  order: OrderLine
  group: BoardGroup
  isChosen: boolean
  onChoose: (id: string) => void
}

function Card({ order, group, isChosen, onChoose }: CardProps) {
  const { t } = useTranslation()
  return (
    <button
      type="button"
      className={`board__card ${isChosen ? 'is-chosen' : ''}`}
      aria-pressed={isChosen}
      data-order={order.id}
      onClick={() => {
        onChoose(order.id)
      }}
      onFocus={() => {
        onChoose(order.id)
      }}
    >
      <span className="board__line">
        <Clock order={order} />
        {order.urges > 0 && <span className="tag tag--waiting">{t('orders.urged', { count: order.urges })}</span>}
        {group !== 'state' && <StateTag state={order.state} />}
      </span>
      <strong className="board__address">{order.address || order.area || t('board.no_area')}</strong>
      <span>
        {sectorText(t, order.sector)} · {t(`orders.type_${order.business_type}`)} {order.contact_name}
      </span>
      {order.appointment_starts_at !== null && (
        <span className="tag tag--accent">
          {t('board.appointment', { at: localTime(order.appointment_starts_at).slice(5, 16) })}
        </span>
      )}
      <span className="field__hint">
        {order.number} {group !== 'unit' && (order.unit_name ?? t('board.no_unit'))}
      </span>
    </button>
  )
}

function titleOf(t: Translate, group: BoardGroup, column: BoardColumn): string {
  if (group === 'state') return t(`orders.state_${column.key}` as 'orders.state_accepted')
  return column.name === '' ? t(group === 'area' ? 'board.no_area' : 'board.no_unit') : column.name
}
