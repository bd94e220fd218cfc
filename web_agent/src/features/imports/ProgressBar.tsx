/** How far it is, in words and as a bar. */
export function ProgressBar({ label, done, total }: { label: string; done: number; total: number }) {
  return (
    <div className="import-progress" role="status">
      <span>{label}</span>
      <progress value={done} max={Math.max(1, total)} aria-label={label} />
      <span className="import-progress__count">
        {done}/{total}
      </span>
    </div>
  )
}
