import type { ReactNode } from 'react'
import { useRef } from 'react'

import { Button } from './Button'

interface FileButtonProps {
  /** What is chosen; the button says it unless it has words of its own. */
  label: string
  /** Kinds of files, as the attribute of an input has them. */
  accept: string
  children?: ReactNode
  isSmall?: boolean
  isDisabled?: boolean
  onPick: (file: File) => void
}

/** A button that lets one file be chosen; the same file can be chosen again. */
export function FileButton({
  label,
  accept,
  children = label,
  isSmall = false,
  isDisabled = false,
  onPick,
}: FileButtonProps) {
  const input = useRef<HTMLInputElement>(null)
  return (
    <>
      <input
        ref={input}
        type="file"
        accept={accept}
        hidden
        aria-label={label}
        onChange={(event) => {
          const file = event.target.files?.[0]
          event.target.value = ''
          if (file !== undefined) onPick(file)
        }}
      />
      <Button isSmall={isSmall} disabled={isDisabled} onClick={() => input.current?.click()}>
        {children}
      </Button>
    </>
  )
}
