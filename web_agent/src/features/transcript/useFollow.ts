import { useEffect, useRef, useState } from 'react'

/** A reader this close to the end has not scrolled away on purpose. */
const NEAR_END_PX = 48

/** Keeps the end of a growing list in view until the reader scrolls up; `jump` goes back to following. */
export function useFollow(content: unknown) {
  const box = useRef<HTMLDivElement>(null)
  const [isFollowing, setIsFollowing] = useState(true)
  const follows = useRef(true)

  const set = (next: boolean) => {
    follows.current = next
    setIsFollowing(next)
  }
  const onScroll = () => {
    const element = box.current
    if (element === null) return
    const isNearEnd = element.scrollHeight - element.scrollTop - element.clientHeight < NEAR_END_PX
    if (isNearEnd !== follows.current) set(isNearEnd)
  }
  const toEnd = () => {
    const element = box.current
    if (element !== null) element.scrollTop = element.scrollHeight
  }
  const jump = () => {
    set(true)
    toEnd()
  }

  useEffect(() => {
    if (follows.current) toEnd()
  }, [content])

  return { box, isFollowing, onScroll, jump }
}
