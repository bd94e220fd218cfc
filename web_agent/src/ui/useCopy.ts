import { useEffect, useState } from 'react'

const SHOWN_MS = 1_500

/** Copies a text; `isCopied` is true for a moment afterwards. Works on plain http too, where the clipboard API is absent. */
export function useCopy(text: string): { isCopied: boolean; copy: () => void } {
  const [isCopied, setIsCopied] = useState(false)
  useEffect(() => {
    if (!isCopied) return
    const timer = setTimeout(() => {
      setIsCopied(false)
    }, SHOWN_MS)
    return () => {
      clearTimeout(timer)
    }
  }, [isCopied])
  const copy = () => {
    void write(text).then(setIsCopied)
  }
  return { isCopied, copy }
}

async function write(text: string): Promise<boolean> {
  // `navigator.clipboard` exists only in secure contexts; a desk may be reached by plain http in a closed network.
  const clipboard = navigator.clipboard as Clipboard | undefined
  if (clipboard === undefined) return writeBySelection(text)
  try {
    await clipboard.writeText(text)
    return true
  } catch {
    return writeBySelection(text)
  }
}

function writeBySelection(text: string): boolean {
  const previous = document.activeElement
  const area = document.createElement('textarea')
  area.value = text
  area.style.position = 'fixed'
  document.body.append(area)
  area.select()
  // eslint-disable-next-line @typescript-eslint/no-deprecated -- rejected: the only way without a secure context.
  const isDone = document.execCommand('copy')
  area.remove()
  if (previous instanceof HTMLElement) previous.focus()
  return isDone
}
