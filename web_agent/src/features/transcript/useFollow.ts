import { useEffect, useRef, useState } from 'react'

/** A reader this close to the end has not scrolled away on purpose. */
const NEAR_END_PX = 48

/**
 * Keeps the end of a growing list in view until the reader scrolls up; `jump` goes back to following. A list that
 * does not grow is read from its top.
 */
export function useFollow(content: unknown, isGrowing: boolean) {
  const box = useRef<HTMLDivElement>(null)
  const [isFollowing, setIsFollowing] = useState(isGrowing)
  const follows = useRef(isGrowing)

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
