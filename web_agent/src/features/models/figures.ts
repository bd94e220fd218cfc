/** A share with one decimal: `83.4%`. */
export const share = (value: number): string => `${(value * 100).toFixed(1)}%`

export interface Point {
  x: number
  y: number
}

/** The points of a line, for an SVG polyline. */
export const polyline = (points: readonly Point[]): string =>
  points.map(({ x, y }) => `${x.toFixed(1)},${y.toFixed(1)}`).join(' ')

/** Lowest value the axis begins with: a tenth below the lowest point, not under 0. */
export const axisStart = (values: readonly number[]): number =>
  Math.max(0, Math.floor(Math.min(1, ...values) * 10 - 0.5) / 10)
