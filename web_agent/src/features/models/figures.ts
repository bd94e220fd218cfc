/** A share with one decimal: `83.4%`. */
export const share = (value: number): string => `${(value * 100).toFixed(1)}%`

/** Lowest value the axis begins with: a tenth below the lowest point, not under 0. */
export const axisStart = (values: readonly number[]): number =>
  Math.max(0, Math.floor(Math.min(1, ...values) * 10 - 0.5) / 10)
