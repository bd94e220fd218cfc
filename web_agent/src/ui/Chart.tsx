import { lazy, Suspense } from 'react'

import type { ChartProps } from './EChart'
import { Loading } from './states'

export type { ChartProps, ChartSeries } from './EChart'

const EChart = lazy(async () => ({ default: (await import('./EChart')).EChart }))

/** Lines over an axis of shares; the library comes with the first chart. A table beside it has the same numbers. */
export function Chart(props: ChartProps) {
  return (
    <Suspense fallback={<Loading lines={6} />}>
      <EChart {...props} />
    </Suspense>
  )
}
