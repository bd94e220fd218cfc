import { useQuery } from '@tanstack/react-query'
import { useCallback, useEffect, useRef, useState, useSyncExternalStore } from 'react'

import { openSoftphone, telephoneQuery, useChooseState } from '@/api/queries/telephony'
import { useTelephoneStream } from '@/realtime/useTelephoneStream'
import { useGo } from '@/ui/useGo'

import { phone } from './phone'

/** Set while the telephone of this window is signed in, so that a page that is loaded anew signs it in again. */
const KEPT = 'tingzhi.softphone'

/** The telephone of the page, and what the exchange says of it. */
export function useSoftphone() {
  const state = useSyncExternalStore(phone.subscribe, phone.snapshot)
  const isInUse = state.line !== 'off'
  const [hasTelephone, setHasTelephone] = useState(false)
  const isTold = useTelephoneStream(hasTelephone)
  const view = useQuery(telephoneQuery(isInUse, isTold))
  const isThere = view.data?.is_on === true && view.data.extension !== null
  if (isThere && !hasTelephone) setHasTelephone(true)
  const { mutate: choose } = useChooseState()
  const hasSoftphone = view.data?.has_softphone === true

  const signIn = useCallback(async () => {
    await phone.signIn(await openSoftphone())
    window.sessionStorage.setItem(KEPT, 'on')
  }, [])
  const signOut = () => {
    window.sessionStorage.removeItem(KEPT)
    phone.signOut()
  }
  useEffect(() => {
    if (hasSoftphone && window.sessionStorage.getItem(KEPT) === 'on') void signIn()
  }, [hasSoftphone, signIn])

  // The first registration makes ready; one after a lost line leaves the state as it was.
  const wasOff = useRef(true)
  useEffect(() => {
    if (state.line === 'off') wasOff.current = true
    else if (state.line === 'ready' && wasOff.current) {
      wasOff.current = false
      choose({ state: 'ready' })
    }
  }, [state.line, choose])

  // Whoever is consulted, or gets a call that was passed on, reads what was said while it still rings.
  const isReadable = state.call?.phase === 'talking' || view.data?.call?.has_history === true
  useDeskOfTheCall(isReadable ? view.data?.call?.call_id : undefined)
  useLeavingGuard(state.call !== null)
  return { state, view, signIn, signOut, choose }
}

/** Once a call can be read, the page goes to its desk: once, so that the agent may go elsewhere afterwards. */
function useDeskOfTheCall(callId: string | undefined): void {
  const go = useGo()
  const opened = useRef<string | undefined>(undefined)
  useEffect(() => {
    if (callId === undefined || opened.current === callId) return
    opened.current = callId
    go(`/calls/${callId}`)
  }, [callId, go])
}

/** Closing the page would end the call: the browser asks first. */
function useLeavingGuard(isTalking: boolean): void {
  useEffect(() => {
    if (!isTalking) return
    const ask = (event: BeforeUnloadEvent) => {
      event.preventDefault()
    }
    window.addEventListener('beforeunload', ask)
    return () => {
      window.removeEventListener('beforeunload', ask)
    }
  }, [isTalking])
}
