import { useEffect, useRef, useState } from 'react'
import { useTranslation } from '@/i18n/useTranslation'

import { Button } from './Button'
import { Kbd } from './Kbd'
import { usePreference } from './preferences'
import type { Shortcut, ShortcutGroup } from './shortcuts'
import { useShortcut, useShortcutRegistry } from './shortcuts'

import './ShortcutOverlay.css'

const GROUPS: readonly ShortcutGroup[] = ['call', 'phone', 'cards', 'lists', 'everywhere']

function distinct(shortcuts: readonly Shortcut[], group: ShortcutGroup): Shortcut[] {
  const byChord = new Map(
    shortcuts.filter((shortcut) => shortcut.group === group).map((shortcut) => [shortcut.chord, shortcut]),
  )
  return [...byChord.values()]
}

/** `?`: every key that works on the page as it is now. */
export function ShortcutOverlay() {
  const { t } = useTranslation()
  const registry = useShortcutRegistry()
  const [singleKeys, setSingleKeys] = usePreference('singleKeys')
  const [shown, setShown] = useState<readonly Shortcut[] | null>(null)
  const dialog = useRef<HTMLDialogElement>(null)

  const open = () => {
    setShown(registry.list())
  }
  // The overlay must open even when single characters are switched off: it is where they are switched on again.
  useShortcut({ chord: '?', group: 'everywhere', label: t('keys.overlay'), run: open })
  useShortcut({ chord: 'Ctrl+/', group: 'everywhere', label: t('keys.overlay'), run: open })
  useEffect(() => {
    if (shown !== null) dialog.current?.showModal()
  }, [shown])

  if (shown === null) return null
  return (
    <dialog
      ref={dialog}
      className="dialog"
      aria-labelledby="shortcuts-title"
      onClose={() => {
        setShown(null)
      }}
    >
      <div className="dialog__head">
        <h2 id="shortcuts-title" className="dialog__title">
          {t('keys.title')}
        </h2>
        <Button tone="quiet" chord="Esc" onClick={() => dialog.current?.close()}>
          {t('common.close')}
        </Button>
      </div>
      <div className="dialog__body shortcuts">
        {GROUPS.map((group) => {
          const shortcuts = distinct(shown, group)
          if (shortcuts.length === 0) return null
          return (
            <section key={group} aria-labelledby={`shortcuts-${group}`}>
              <h3 id={`shortcuts-${group}`} className="shortcuts__group">
                {t(`keys.group.${group}`)}
              </h3>
              <dl className="shortcuts__list">
                {shortcuts.map((shortcut) => (
                  <div
                    key={shortcut.chord}
                    className={shortcut.isEnabled === false ? 'shortcuts__row is-off' : 'shortcuts__row'}
                  >
                    <dt>{shortcut.label}</dt>
                    <dd>
                      <Kbd chord={shortcut.chord} />
                    </dd>
                  </div>
                ))}
              </dl>
            </section>
          )
        })}
        <label className="shortcuts__switch">
          <input
            type="checkbox"
            checked={singleKeys === 'on'}
            onChange={(event) => {
              setSingleKeys(event.target.checked ? 'on' : 'off')
            }}
          />
          {t('keys.single')}
        </label>
      </div>
    </dialog>
  )
}
