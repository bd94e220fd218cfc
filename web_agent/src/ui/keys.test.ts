import { expect, it } from 'vitest'

import type { KeyPress } from './keys'
import { belongsToControl, matches } from './keys'

const press = (key: string, change: Partial<KeyPress> = {}): KeyPress => ({
  key,
  keyCode: 0,
  isComposing: false,
  ctrlKey: false,
  metaKey: false,
  altKey: false,
  shiftKey: false,
  target: document.body,
  ...change,
})

it('fires for its chord and no other', () => {
  expect(matches(press('u'), 'U', true)).toBe(true)
  expect(matches(press('k', { ctrlKey: true }), 'Ctrl+K', true)).toBe(true)
  expect(matches(press('k', { metaKey: true }), 'Ctrl+K', true)).toBe(true)
  expect(matches(press('c', { altKey: true }), 'Alt+C', true)).toBe(true)
  expect(matches(press(' '), 'Space', true)).toBe(true)
  expect(matches(press('u', { ctrlKey: true }), 'U', true)).toBe(false)
  expect(matches(press('k'), 'Ctrl+K', true)).toBe(false)
})

it('never fires while an input method composes', () => {
  for (const [key, chord] of [
    ['u', 'U'],
    ['Escape', 'Escape'],
    ['k', 'Ctrl+K'],
  ] as const) {
    const control = { ctrlKey: chord.startsWith('Ctrl') }
    expect(matches(press(key, { ...control, isComposing: true }), chord, true)).toBe(false)
    expect(matches(press(key, { ...control, keyCode: 229 }), chord, true)).toBe(false)
  }
})

it('leaves letters to the field in which one types, but not Ctrl chords and Escape', () => {
  for (const tag of ['input', 'textarea', 'select'] as const) {
    const target = document.createElement(tag)
    expect(matches(press('u', { target }), 'U', true)).toBe(false)
    expect(matches(press('c', { target, altKey: true }), 'Alt+C', true)).toBe(false)
    expect(matches(press('k', { target, ctrlKey: true }), 'Ctrl+K', true)).toBe(true)
    expect(matches(press('Escape', { target }), 'Escape', true)).toBe(true)
  }
})

it('can do without single characters (WCAG 2.1.4)', () => {
  expect(matches(press('u'), 'U', false)).toBe(false)
  expect(matches(press(' '), 'Space', false)).toBe(false)
  expect(matches(press('End'), 'End', false)).toBe(true)
  expect(matches(press('/', { ctrlKey: true }), 'Ctrl+/', false)).toBe(true)
})

it('leaves space and enter to the control that has the focus', () => {
  const button = document.createElement('button')
  expect(belongsToControl(press(' ', { target: button }))).toBe(true)
  expect(belongsToControl(press('u', { target: button }))).toBe(false)
  expect(belongsToControl(press(' '))).toBe(false)
})
