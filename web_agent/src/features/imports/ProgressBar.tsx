interface ProgressBarProps {
  label: string
  /** Null while nobody can say how far it is. */
  done: number | null
  total: number
}

/** How far it is, in words and as a bar. */
export function ProgressBar({ label, done, total }: ProgressBarProps) {
  return (
    <div className="import-progress" role="status">
      <span>{label}</span>
      <progress value={done ?? undefined} max={Math.max(1, total)} aria-label={label} />
      {done !== null && (
        <span className="import-progress__count">
          {done}/{total}
        </span>
      )}
    </div>
  )
}
