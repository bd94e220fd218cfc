import type { KeyboardEvent, ReactNode } from 'react'
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

/** Arrows walk from entry to entry. */
export function walkEntries(event: KeyboardEvent<HTMLElement>): void {
  if (event.key !== 'ArrowDown' && event.key !== 'ArrowUp') return
  const rows = [...event.currentTarget.querySelectorAll<HTMLElement>('.entry-row')]
  const at = rows.findIndex((row) => row === document.activeElement)
  if (at === -1) return
  event.preventDefault()
  rows[at + (event.key === 'ArrowDown' ? 1 : -1)]?.focus()
}
