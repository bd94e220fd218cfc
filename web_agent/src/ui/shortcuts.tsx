import type { ReactNode, RefObject } from 'react'
import { createContext, useContext, useEffect, useMemo, useRef } from 'react'

import type { Chord } from './keys'
import { belongsToControl, matches } from './keys'
import { readPreference } from './preferences'

export type ShortcutGroup = 'everywhere' | 'cards' | 'call' | 'phone' | 'lists'

export interface Shortcut {
  chord: Chord
  group: ShortcutGroup
  /** Text of the overlay, translated. */
  label: string
  run: () => void
  isEnabled?: boolean
}

type Entry = RefObject<Shortcut>

/** The shortcuts of all mounted components, oldest first. */
export class ShortcutRegistry {
  private entries: Entry[] = []

  readonly add = (entry: Entry): (() => void) => {
    this.entries = [...this.entries, entry]
    return () => {
      this.entries = this.entries.filter((known) => known !== entry)
    }
  }

  list(): Shortcut[] {
    return this.entries.map((entry) => entry.current)
  }

  /** The newest enabled shortcut wins, so that an open layer comes before what lies under it. */
  handle(event: KeyboardEvent, allowSingleCharacters: boolean): void {
    if (event.defaultPrevented || belongsToControl(event)) return
    const found = this.list().findLast(
      (shortcut) => shortcut.isEnabled !== false && matches(event, shortcut.chord, allowSingleCharacters),
    )
    if (found === undefined) return
    event.preventDefault()
    found.run()
  }
}

const RegistryContext = createContext<ShortcutRegistry | null>(null)

export function useShortcutRegistry(): ShortcutRegistry {
  const registry = useContext(RegistryContext)
  if (registry === null) throw new Error('ShortcutProvider is missing')
  return registry
}

/** Listens once for the whole page; an open dialog keeps its keys to itself. */
export function ShortcutProvider({ children }: { children: ReactNode }) {
  const registry = useMemo(() => new ShortcutRegistry(), [])
  useEffect(() => {
    const onKeyDown = (event: KeyboardEvent) => {
      if (document.querySelector('dialog[open], .ant-modal-wrap:not([style*="none"])') !== null) return
      registry.handle(event, readPreference('singleKeys') === 'on')
    }
    document.addEventListener('keydown', onKeyDown)
    return () => {
      document.removeEventListener('keydown', onKeyDown)
    }
  }, [registry])
  return <RegistryContext value={registry}>{children}</RegistryContext>
}

/** Registers a shortcut while the component is mounted. */
export function useShortcut(shortcut: Shortcut): void {
  const registry = useShortcutRegistry()
  const latest = useRef(shortcut)
  useEffect(() => {
    latest.current = shortcut
  })
  useEffect(() => registry.add(latest), [registry])
}
