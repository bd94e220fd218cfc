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
