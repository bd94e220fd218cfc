import { readPreference, subscribePreferences } from './preferences'

const systemDark = (): MediaQueryList => window.matchMedia('(prefers-color-scheme: dark)')

export function currentTheme(): 'light' | 'dark' {
  const choice = readPreference('theme')
  if (choice !== 'system') return choice
  return systemDark().matches ? 'dark' : 'light'
}

/** Keeps `data-theme` on the document in step with the choice and with the system. */
export function followTheme(): void {
  const apply = () => {
    document.documentElement.dataset.theme = currentTheme()
  }
  subscribePreferences(apply)
  systemDark().addEventListener('change', apply)
  apply()
}
