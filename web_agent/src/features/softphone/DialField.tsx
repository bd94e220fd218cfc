import { useQuery } from '@tanstack/react-query'
import type { KeyboardEvent } from 'react'
import { useId, useRef, useState } from 'react'

import { colleaguesQuery } from '@/api/queries/telephony'
import { useTranslation } from '@/i18n/useTranslation'
import { Button } from '@/ui/Button'
import { isComposing } from '@/ui/keys'
import { useShortcut } from '@/ui/shortcuts'

/** Keys of the actions, in their order; those beyond have none. */
const KEYS = ['Enter', 'Shift+Enter', 'Alt+Enter'] as const
const NUMBER = /^\+?[0-9*#]{1,20}$/

interface DialFieldProps {
  label: string
  /** Key that leads into the field. */
  chord: string
  isEnabled: boolean
  /** What may be done with the number; Enter does the first, with Shift the second, with Alt the third. */
  actions: readonly { label: string; run: (number: string) => void }[]
}

/** A field for a number, with the colleagues who can be called, and what to do with it. */
export function DialField({ label, chord, isEnabled, actions }: DialFieldProps) {
  const { t } = useTranslation()
  const [text, setText] = useState('')
  const [isOpen, setIsOpen] = useState(false)
  const list = useId()
  const colleagues = useQuery({ ...colleaguesQuery, enabled: isOpen })
  const field = useRef<HTMLInputElement>(null)
  const focus = () => {
    field.current?.focus()
  }
  useShortcut({ chord, group: 'phone', label, run: focus, isEnabled })
  // People paste numbers with spaces and dashes.
  const number = text.replace(/[\s-]/g, '')
  const isNumber = NUMBER.test(number)
  const act = (run: (number: string) => void) => {
    if (!isNumber || !isEnabled) return
    run(number)
    setText('')
    field.current?.blur()
  }
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key !== 'Enter' || isComposing(event.nativeEvent)) return
    const action = actions[event.altKey ? 2 : event.shiftKey ? 1 : 0]
    if (action !== undefined) act(action.run)
  }
  return (
    <div className="phone__dial">
      <input
        ref={field}
        className="input phone__field"
        inputMode="tel"
        autoComplete="off"
        list={list}
        onFocus={() => {
          setIsOpen(true)
        }}
        onBlur={() => {
          setIsOpen(false)
        }}
        maxLength={32}
        aria-label={label}
        placeholder={`${label} (${chord})`}
        value={text}
        onChange={({ target }) => {
          setText(target.value)
        }}
        onKeyDown={onKeyDown}
      />
      <datalist id={list}>
        {colleagues.data?.items.map(({ extension, name, state }) => (
          <option key={extension} value={extension}>
            {`${name} · ${t(`phone.state_${state}`)}`}
          </option>
        ))}
      </datalist>
      {actions.map(({ label: name, run }, place) => (
        <Button
          key={name}
          title={KEYS[place]}
          aria-keyshortcuts={KEYS[place]}
          disabled={!isNumber || !isEnabled}
          onClick={() => {
            act(run)
          }}
        >
          {name}
        </Button>
      ))}
    </div>
  )
}
