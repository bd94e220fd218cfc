interface CheckProps {
  label: string
  isChecked: boolean
  isDisabled: boolean
  onChange: (isChecked: boolean) => void
}

/** A yes or no with its label. */
export function Check({ label, isChecked, isDisabled, onChange }: CheckProps) {
  return (
    <label className="routing__check">
      <input
        type="checkbox"
        checked={isChecked}
        disabled={isDisabled}
        onChange={(event) => {
          onChange(event.target.checked)
        }}
      />
      {label}
    </label>
  )
}
