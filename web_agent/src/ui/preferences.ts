import { useCallback, useSyncExternalStore } from 'react'

/** Choices a person makes on this machine, with their first value. */
const DEFAULTS = {
  theme: 'light',
  singleKeys: 'on',
  locale: 'zh-CN',
  hints: 'shown',
} as const satisfies Record<string, string>

interface Values {
  theme: 'light' | 'dark' | 'system'
  singleKeys: 'on' | 'off'
  locale: 'zh-CN' | 'en'
  /** Quiet mode: hints are kept in the list and not shown when they come. */
  hints: 'shown' | 'quiet'
}

const ALLOWED: { [Name in keyof Values]: readonly Values[Name][] } = {
  theme: ['light', 'dark', 'system'],
  singleKeys: ['on', 'off'],
  locale: ['zh-CN', 'en'],
  hints: ['shown', 'quiet'],
}

const listeners = new Set<() => void>()
const storageKey = (name: string): string => `tingzhi.${name}`

export function readPreference<Name extends keyof Values>(name: Name): Values[Name] {
  const stored = window.localStorage.getItem(storageKey(name))
  return ALLOWED[name].find((value) => value === stored) ?? DEFAULTS[name]
}

export function writePreference<Name extends keyof Values>(name: Name, value: Values[Name]): void {
  window.localStorage.setItem(storageKey(name), value)
  for (const listener of listeners) listener()
}

export function subscribePreferences(listener: () => void): () => void {
  listeners.add(listener)
  return () => listeners.delete(listener)
}

export function usePreference<Name extends keyof Values>(name: Name): [Values[Name], (value: Values[Name]) => void] {
  const value = useSyncExternalStore(subscribePreferences, () => readPreference(name))
  const write = useCallback(
    (next: Values[Name]) => {
      writePreference(name, next)
    },
    [name],
  )
  return [value, write]
}
