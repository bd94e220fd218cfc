import type { ReactNode } from 'react'

import { useTranslation } from '@/i18n/useTranslation'

import { Button } from './Button'
import { walkLinks } from './rows'

import './DataTable.css'

export interface Column<Row> {
  key: string
  title: string
  render: (row: Row) => ReactNode
  /** The column that takes the room that is left. */
  isMain?: boolean
  /** Figures stand right, one below the other. */
  isNumber?: boolean
}

interface DataTableProps<Row> {
  /** What the table lists, for those who hear it. */
  caption: string
  columns: readonly Column<Row>[]
  rows: readonly Row[]
  keyOf: (row: Row) => string | number
  rowClass?: (row: Row) => string
  /** Reads the next rows; null when there are none. */
  more?: { isPending: boolean; load: () => unknown } | null
}

/** Rows of the same kind. Arrows walk from link to link, one in each row. */
export function DataTable<Row>({ caption, columns, rows, keyOf, rowClass, more = null }: DataTableProps<Row>) {
  const { t } = useTranslation()
  return (
    <>
      <table className="table">
        <caption className="visually-hidden">{caption}</caption>
        <thead>
          <tr>
            {columns.map((column) => (
              <th key={column.key} scope="col" className={column.isNumber === true ? 'table__number' : ''}>
                {column.title}
              </th>
            ))}
          </tr>
        </thead>
        {/* eslint-disable-next-line jsx-a11y/no-noninteractive-element-interactions -- rejected: the keys of the links inside bubble to here. */}
        <tbody onKeyDown={walkLinks}>
          {rows.map((row) => (
            <tr key={keyOf(row)} className={rowClass?.(row) ?? ''}>
              {columns.map((column) => (
                <td
                  key={column.key}
                  className={column.isMain === true ? 'table__main' : column.isNumber === true ? 'table__number' : ''}
                >
                  {column.render(row)}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
      {more !== null && (
        <Button className="more" disabled={more.isPending} onClick={() => more.load()}>
          {t('common.more')}
        </Button>
      )}
    </>
  )
}
