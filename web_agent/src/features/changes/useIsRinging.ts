import { useSyncExternalStore } from 'react'

import { phone } from '@/features/softphone/phone'

/** Whether a call rings: then no key may be taken for anything but the call. */
export function useIsRinging(): boolean {
  return useSyncExternalStore(phone.subscribe, () => phone.snapshot().call?.phase === 'ringing')
}
