import type { Feature } from '@/ui/feature'

import { SoftphoneStrip } from './SoftphoneStrip'

export const softphone: Feature = { pages: [], Strip: SoftphoneStrip }
