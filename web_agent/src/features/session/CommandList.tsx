import type { KeyboardEvent } from 'react'
import { useEffect, useId, useRef, useState } from 'react'
import { useNavigate } from 'react-router'

import { useTranslation } from '@/i18n/useTranslation'
import type { Feature } from '@/ui/feature'
import { pagesFor } from '@/ui/feature'
import { Kbd } from '@/ui/Kbd'
import { isComposing } from '@/ui/keys'
import { useShortcut, useShortcutRegistry } from '@/ui/shortcuts'

import type { Command } from './commands'
import { commandsOf, matching } from './commands'
import { useSession } from './useSession'

import './CommandList.css'

/** `Ctrl+K` where no search box takes it, and there at the second press: every page and action, found by typing. */
export function CommandList({ features }: { features: readonly Feature[] }) {
  const { t } = useTranslation()
  const registry = useShortcutRegistry()
  const session = useSession()
  const navigate = useNavigate()
  const [commands, setCommands] = useState<readonly Command[] | null>(null)
  const open = () => {
    const go = (to: string) => void navigate(to)
    const actions = registry.list().filter((shortcut) => shortcut.chord !== 'Ctrl+K')
    setCommands(commandsOf(pagesFor(features, session), actions, t, go))
  }
  useShortcut({ chord: 'Ctrl+K', group: 'everywhere', label: t('commands.title'), run: open })
  if (commands === null) return null
  return (
    <CommandDialog
      commands={commands}
      onClose={() => {
        setCommands(null)
      }}
    />
  )
}

function CommandDialog({ commands, onClose }: { commands: readonly Command[]; onClose: () => void }) {
  const { t } = useTranslation()
  const dialog = useRef<HTMLDialogElement>(null)
  const listId = useId()
  const [typed, setTyped] = useState('')
  const [at, setAt] = useState(0)
  const found = matching(commands, typed)
  const chosen = found[Math.min(at, found.length - 1)]
  useEffect(() => {
    dialog.current?.showModal()
  }, [])
  const run = (command: Command) => {
    dialog.current?.close()
    command.run()
  }
  const onKeyDown = (event: KeyboardEvent) => {
    // Arrows and Enter belong to the input method while it composes.
    if (isComposing(event.nativeEvent)) return
    const step = event.key === 'ArrowDown' ? 1 : event.key === 'ArrowUp' ? -1 : 0
    if (step !== 0) setAt((at + step + found.length) % Math.max(1, found.length))
    else if (event.key === 'Enter' && chosen !== undefined) run(chosen)
    else return
    event.preventDefault()
  }
  return (
    <dialog ref={dialog} className="dialog commands" aria-label={t('commands.title')} onClose={onClose}>
      <input
        className="input"
        role="combobox"
        aria-label={t('commands.title')}
        aria-expanded="true"
        aria-controls={listId}
        aria-autocomplete="list"
        {...(chosen !== undefined && { 'aria-activedescendant': `${listId}-${chosen.id}` })}
        placeholder={t('commands.placeholder')}
        value={typed}
        onChange={(event) => {
          setTyped(event.target.value)
          setAt(0)
        }}
        onKeyDown={onKeyDown}
      />
      <div id={listId} role="listbox" className="commands__list" aria-label={t('commands.title')}>
        {found.map((command) => (
          <CommandRow
            key={command.id}
            id={`${listId}-${command.id}`}
            command={command}
            isChosen={command === chosen}
            onRun={run}
          />
        ))}
      </div>
      {found.length === 0 && <p className="commands__none">{t('commands.none')}</p>}
    </dialog>
  )
}

interface CommandRowProps {
  id: string
  command: Command
  isChosen: boolean
  onRun: (command: Command) => void
}

function CommandRow({ id, command, isChosen, onRun }: CommandRowProps) {
  const { t } = useTranslation()
  const row = useRef<HTMLDivElement>(null)
  useEffect(() => {
    if (isChosen) row.current?.scrollIntoView({ block: 'nearest' })
  }, [isChosen])
  return (
    // eslint-disable-next-line jsx-a11y/click-events-have-key-events -- rejected: keys are those of the combobox above.
    <div
      ref={row}
      id={id}
      role="option"
      tabIndex={-1}
      className="commands__row"
      aria-selected={isChosen}
      onClick={() => {
        onRun(command)
      }}
    >
      <span className="tag">{t(`commands.kind_${command.kind}`)}</span>
      <span className="commands__label">{command.label}</span>
      {command.chord !== undefined && <Kbd chord={command.chord} />}
    </div>
  )
}
