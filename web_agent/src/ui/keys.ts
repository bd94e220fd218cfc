import type { KeyboardEvent } from 'react'

/** What of a keyboard event decides whether a shortcut fires. */
export interface KeyPress {
  key: string
  keyCode: number
  isComposing: boolean
  ctrlKey: boolean
  metaKey: boolean
  altKey: boolean
  shiftKey: boolean
  target: EventTarget | null
}

/** Value of `keyCode` for every key that an input method has taken for itself (UI Events, 8.3.1). */
const TAKEN_BY_INPUT_METHOD = 229

/**
 * True while an input method composes. Some browsers send the last keydown after `compositionend` with
 * `isComposing` false, but still with key code 229, hence both.
 */
export function isComposing(press: Pick<KeyPress, 'isComposing' | 'keyCode'>): boolean {
  return press.isComposing || press.keyCode === TAKEN_BY_INPUT_METHOD
}

/** For a field of a form: Enter that ends a composition chooses a word and sends nothing. */
export function keepComposing(event: KeyboardEvent<HTMLElement>): void {
  if (event.key === 'Enter' && isComposing(event.nativeEvent)) event.preventDefault()
}

export function isTyping(target: EventTarget | null): boolean {
  if (!(target instanceof HTMLElement)) return false
  if (target.isContentEditable || target.tagName === 'TEXTAREA' || target.tagName === 'SELECT') return true
  return target instanceof HTMLInputElement && !['checkbox', 'radio', 'range', 'button', 'file'].includes(target.type)
}

/** `Ctrl+K`, `?`, `Escape`, `1`; `Ctrl` also stands for the command key. Letters are written in capitals. */
export type Chord = string

const hasControl = (press: KeyPress): boolean => press.ctrlKey || press.metaKey

function chordOf(press: KeyPress): Chord {
  const key = press.key.length === 1 ? press.key.toUpperCase() : press.key
  return `${hasControl(press) ? 'Ctrl+' : ''}${press.altKey ? 'Alt+' : ''}${key === ' ' ? 'Space' : key}`
}

export function isSingleCharacter(chord: Chord): boolean {
  return chord.length === 1 || chord === 'Space'
}

/**
 * Whether the press means the chord. A chord without Ctrl never fires in a field; single characters can be
 * switched off altogether (WCAG 2.1.4).
 */
export function matches(press: KeyPress, chord: Chord, allowSingleCharacters: boolean): boolean {
  if (isComposing(press) || chordOf(press) !== chord) return false
  if (hasControl(press) || chord === 'Escape') return true
  if (isTyping(press.target)) return false
  return allowSingleCharacters || !isSingleCharacter(chord)
}

/** Space and Enter on a control belong to the control. */
export function belongsToControl(press: KeyPress): boolean {
  if (press.key !== ' ' && press.key !== 'Enter') return false
  return press.target instanceof HTMLElement && press.target.closest('button, a, input, summary, select') !== null
}
