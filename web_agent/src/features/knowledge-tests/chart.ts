import type { Figures, TestRun } from '@/api/types'

export const MEASURES = ['hit_at_3', 'hit_at_1', 'mrr', 'nothing_fits'] as const
export type Measure = (typeof MEASURES)[number]

/** A run as one point of the lines: figures of one scope after it. */
export interface Point {
  run: TestRun
  figures: Figures
}

/** Runs that say something about a scope, the oldest first. */
export function pointsOf(runs: readonly TestRun[], scope: string): Point[] {
  return runs
    .flatMap((run) => {
      const figures = run.after[scope]
      // "All" means all: a publication tests the questions of its own sectors.
      const isWhole = scope !== 'all' || run.trigger === 'all'
      return figures === undefined || !isWhole ? [] : [{ run, figures }]
    })
    .reverse()
}

export interface Frame {
  width: number
  height: number
  left: number
  right: number
  top: number
  bottom: number
}

/** Places of a line's points in a frame; a single point stands at the right end. */
export function placesOf(points: readonly Point[], measure: Measure, frame: Frame): { x: number; y: number }[] {
  const inner = { width: frame.width - frame.left - frame.right, height: frame.height - frame.top - frame.bottom }
  const steps = Math.max(1, points.length - 1)
  return points.map((point, index) => ({
    x: frame.left + (points.length === 1 ? inner.width : (inner.width * index) / steps),
    y: frame.top + inner.height * (1 - point.figures[measure]),
  }))
}

/** Heights for labels at the end of lines, moved apart where they would cover each other. */
export function labelHeights(heights: readonly number[], distance: number): number[] {
  const fromTop = heights.map((height, index) => ({ height, index })).sort((left, right) => left.height - right.height)
  const placed = [...heights]
  let last = -Infinity
  for (const { height, index } of fromTop) {
    last = Math.max(height, last + distance)
    placed[index] = last
  }
  return placed
}
