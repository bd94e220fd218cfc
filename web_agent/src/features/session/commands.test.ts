import { expect, it, vi } from 'vitest'

import type { Shortcut } from '@/ui/shortcuts'

import { commandsOf, matching } from './commands'

const shortcut = (label: string, change: Partial<Shortcut> = {}): Shortcut => ({
  chord: label,
  group: 'lists',
  label,
  run: () => undefined,
  ...change,
})

it('lists the pages that have a name, then what can be done here', () => {
  const go = vi.fn()
  const actions = [
    shortcut('calls.nav'),
    shortcut('Save'),
    shortcut('Save'),
    shortcut('Off', { isEnabled: false }),
    shortcut('A card', { group: 'cards' }),
  ]
  const commands = commandsOf(
    [
      { path: 'calls', navigation: { label: 'calls.nav', group: 'calls', chord: 'Alt+C' } },
      { path: 'calls/:callId' },
      { path: 'knowledge/:entryId?', command: 'knowledge.new' },
    ],
    actions,
    (key) => key,
    go,
  )
  expect(commands.map(({ label, kind }) => [label, kind])).toEqual([
    ['calls.nav', 'page'],
    ['knowledge.new', 'page'],
    ['Save', 'action'],
  ])
  commands[1]!.run()
  expect(go).toHaveBeenCalledWith('/knowledge')
})

it('finds by every typed word, in any order', () => {
  const commands = commandsOf([], [shortcut('Export word list'), shortcut('Word list')], String, () => undefined)
  expect(matching(commands, 'list export').map((command) => command.label)).toEqual(['Export word list'])
  expect(matching(commands, '')).toHaveLength(2)
})
