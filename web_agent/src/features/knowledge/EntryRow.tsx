import type { ReactNode } from 'react'
import { NavLink } from 'react-router'

interface EntryRowProps {
  entryId: string
  isChosen: boolean
  title: ReactNode
  aside: ReactNode
  facts: readonly string[]
}

export function EntryRow({ entryId, isChosen, title, aside, facts }: EntryRowProps) {
  return (
    <NavLink className={isChosen ? 'entry-row is-chosen' : 'entry-row'} to={`/knowledge/${entryId}`}>
      <span className="entry-row__title">{title}</span>
      {aside}
      <span className="entry-row__facts">{facts.join(' · ')}</span>
    </NavLink>
  )
}
