import type { KeyboardEvent } from 'react'

function walk(event: KeyboardEvent<HTMLElement>, selector: string): void {
  if (event.key !== 'ArrowDown' && event.key !== 'ArrowUp') return
  const stops = [...event.currentTarget.querySelectorAll<HTMLElement>(selector)]
  const at = stops.findIndex((stop) => stop === document.activeElement)
  if (at === -1) return
  event.preventDefault()
  stops[at + (event.key === 'ArrowDown' ? 1 : -1)]?.focus()
}

/** Arrows walk from row to row of a list. */
export const walkRows = (event: KeyboardEvent<HTMLElement>) => walk(event, '.entry-row')

/** Arrows walk from link to link of a table. */
export const walkLinks = (event: KeyboardEvent<HTMLElement>) => walk(event, 'a')
