const NAMES: Readonly<Record<string, string>> = {
  ArrowUp: '↑',
  ArrowDown: '↓',
  ArrowLeft: '←',
  ArrowRight: '→',
  Escape: 'Esc',
  Enter: '↵',
}

/** The key of an action, as it stands on the keyboard. */
export function Kbd({ chord }: { chord: string }) {
  const parts = chord.split('+')
  return (
    <kbd className="kbd" aria-hidden="true">
      {parts.map((part) => NAMES[part] ?? part).join('+')}
    </kbd>
  )
}

/** The value of `aria-keyshortcuts` for a chord (ARIA 1.2: `Control+K`). */
export function ariaChord(chord: string): string {
  return chord.replace('Ctrl', 'Control').replace(/^Esc$/, 'Escape')
}
