import { useEffect, useState } from 'react'

import { checkFlow } from '@/api/queries/ivr'
import type { FlawView } from '@/api/types'

import type { FlowDefinition } from './definition'

const CHECK_AFTER_MS = 600

/** What is wrong with the flow as it stands, asked of the server a moment after each change. */
export function useFlaws(flow: FlowDefinition, saved: FlowDefinition, known: readonly FlawView[]): readonly FlawView[] {
  const [found, setFound] = useState<{ flow: FlowDefinition; flaws: readonly FlawView[] }>({
    flow: saved,
    flaws: known,
  })
  useEffect(() => {
    if (found.flow === flow) return
    const timer = setTimeout(() => {
      checkFlow(flow).then(
        (checked) => {
          setFound({ flow, flaws: checked.flaws })
        },
        () => undefined, // saving tells what cannot be checked now
      )
    }, CHECK_AFTER_MS)
    return () => {
      clearTimeout(timer)
    }
  }, [flow, found.flow])
  return found.flaws
}
