import type { ButtonHTMLAttributes, Ref } from 'react'

import { ariaChord, Kbd } from './Kbd'

interface ButtonProps extends ButtonHTMLAttributes<HTMLButtonElement> {
  tone?: 'primary' | 'plain' | 'quiet'
  isSmall?: boolean
  /** Key that does the same, shown on the control. */
  chord?: string
  ref?: Ref<HTMLButtonElement>
}

export function Button({ tone = 'plain', isSmall = false, chord, className = '', children, ...rest }: ButtonProps) {
  const classes = ['button', `button--${tone}`, isSmall ? 'button--small' : '', className].filter(Boolean).join(' ')
  return (
    <button type="button" className={classes} aria-keyshortcuts={chord && ariaChord(chord)} {...rest}>
      {children}
      {chord !== undefined && <Kbd chord={chord} />}
    </button>
  )
}
