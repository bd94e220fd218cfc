import type { FocusEvent } from 'react'
import { useEffect, useReducer, useRef } from 'react'

import type { SuggestionList } from '@/api/types'

import { holding, holdReducer, newCount } from './held'

/** Keeps the list still while pointer or focus is on it. Spread `listProps` on the element around the list. */
export function useHeldList(list: SuggestionList) {
  const [held, dispatch] = useReducer(holdReducer, list, holding)
  const isPointerInside = useRef(false)
  const isFocusInside = useRef(false)

  useEffect(() => {
    dispatch({ kind: 'arrived', list })
  }, [list])

  const update = () => {
    const isReading = isPointerInside.current || isFocusInside.current
    dispatch({ kind: isReading ? 'reading_began' : 'reading_ended' })
  }
  const listProps = {
    onPointerEnter: () => {
      isPointerInside.current = true
      update()
    },
    onPointerLeave: () => {
      isPointerInside.current = false
      update()
    },
    onFocus: () => {
      isFocusInside.current = true
      update()
    },
    onBlur: (event: FocusEvent<HTMLElement>) => {
      isFocusInside.current = event.currentTarget.contains(event.relatedTarget)
      update()
    },
  }
  const showNew = () => {
    dispatch({ kind: 'asked' })
  }
  return { shown: held.shown, isReading: held.isReading, newCount: newCount(held), showNew, listProps }
}
