import { useId } from 'react'

interface SegmentedProps<Value extends string> {
  legend: string
  value: Value
  options: readonly { value: Value; label: string }[]
  onChange: (value: Value) => void
  isLegendHidden?: boolean
}

/** A choice of few, all visible; radio buttons underneath, so arrow keys work. */
export function Segmented<Value extends string>({
  legend,
  value,
  options,
  onChange,
  isLegendHidden = false,
}: SegmentedProps<Value>) {
  const name = useId()
  return (
    <fieldset className="segmented-group">
      <legend className={isLegendHidden ? 'visually-hidden' : ''}>{legend}</legend>
      <div className="segmented">
        {options.map((option) => (
          <label key={option.value}>
            <input
              type="radio"
              name={name}
              checked={option.value === value}
              onChange={() => {
                onChange(option.value)
              }}
            />
            {option.label}
          </label>
        ))}
      </div>
    </fieldset>
  )
}
