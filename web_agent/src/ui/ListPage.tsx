import type { ReactNode } from 'react'

import { usePageTitle } from './usePageTitle'

interface ListPageProps {
  title: string
  /** Buttons and links of the whole list. */
  actions?: ReactNode
  filters?: ReactNode
  children: ReactNode
}

/** A page that is one list: its name, what narrows it down, the rows. */
export function ListPage({ title, actions, filters, children }: ListPageProps) {
  usePageTitle(title)
  return (
    <div className="page">
      <div className="page__head">
        <h1 className="page__title">{title}</h1>
        {actions !== undefined && <span className="page__actions">{actions}</span>}
      </div>
      {filters !== undefined && <div className="page__filters">{filters}</div>}
      {children}
    </div>
  )
}
