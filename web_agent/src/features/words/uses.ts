import type { WordUse } from '@/api/types'

/** In the order of the form. */
export const USES = ['synonyms', 'one_way', 'whole'] as const satisfies readonly WordUse[]
