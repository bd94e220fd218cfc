import type { TextKey } from '@/i18n/useTranslation'
import type { FeaturePage } from '@/ui/feature'
import { addressOf } from '@/ui/feature'
import type { Shortcut } from '@/ui/shortcuts'

/** Something that the command list can do: go to a page, or press a key of the page for the person. */
export interface Command {
  id: string
  label: string
  kind: 'page' | 'action'
  chord?: string
  run: () => void
}

type Page = Pick<FeaturePage, 'path' | 'navigation' | 'command'>

/** Pages first, then the actions of the page one stands on; each name once. */
export function commandsOf(
  pages: readonly Page[],
  actions: readonly Shortcut[],
  text: (key: TextKey) => string,
  go: (to: string) => void,
): Command[] {
  const byLabel = new Map<string, Command>()
  const add = (command: Command) => {
    if (!byLabel.has(command.label)) byLabel.set(command.label, command)
  }
  for (const page of pages) {
    const key = page.navigation?.label ?? page.command
    if (key === undefined) continue
    const to = addressOf(page)
    const chord = page.navigation?.chord
    const run = () => {
      go(to)
    }
    add({ id: `page-${to}`, label: text(key), kind: 'page', run, ...(chord !== undefined && { chord }) })
  }
  for (const action of actions) {
    // A card's key is its title: the cards are on the screen.
    if (action.isEnabled === false || action.group === 'cards') continue
    add({ id: `action-${action.chord}`, label: action.label, kind: 'action', chord: action.chord, run: action.run })
  }
  return [...byLabel.values()]
}

/** The commands in whose name every typed word stands. */
export function matching(commands: readonly Command[], typed: string): Command[] {
  const words = typed.toLowerCase().split(/\s+/).filter(Boolean)
  return commands.filter((command) => words.every((word) => command.label.toLowerCase().includes(word)))
}
