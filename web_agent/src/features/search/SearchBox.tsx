import type { KeyboardEvent } from 'react'
import { useRef, useState } from 'react'
import { useTranslation } from '@/i18n/useTranslation'

import { Kbd } from '@/ui/Kbd'
import { isComposing } from '@/ui/keys'
import { useShortcut } from '@/ui/shortcuts'

import type { Search } from './useSearch'

import './Search.css'

interface SearchBoxProps {
  search: Search
  placeholder: string
  /** Arrow down or Enter: go to the first result. */
  onEnterResults: () => void
}

export function SearchBox({ search, placeholder, onEnterResults }: SearchBoxProps) {
  const { t } = useTranslation()
  const input = useRef<HTMLInputElement>(null)
  const focus = () => {
    input.current?.focus()
    input.current?.select()
  }
  // Pressed in the box itself, the key goes on to the list of pages and actions.
  const [isFocused, setIsFocused] = useState(false)
  useShortcut({ chord: 'Ctrl+K', group: 'everywhere', label: t('search.label'), run: focus, isEnabled: !isFocused })

  const onKeyDown = (event: KeyboardEvent) => {
    // Enter, arrows and Escape belong to the input method while it composes.
    if (isComposing(event.nativeEvent)) return
    if (event.key === 'Escape') {
      event.preventDefault()
      search.setText('')
      input.current?.blur()
    } else if ((event.key === 'ArrowDown' || event.key === 'Enter') && search.isActive) {
      event.preventDefault()
      onEnterResults()
    }
  }
  return (
    <search className="search-box">
      <svg viewBox="0 0 16 16" aria-hidden="true">
        <path d="M7 2a5 5 0 1 0 0 10A5 5 0 0 0 7 2zm4 9 3.4 3.4" fill="none" stroke="currentColor" strokeWidth="1.6" />
      </svg>
      <input
        ref={input}
        className="search-box__input"
        type="search"
        aria-label={t('search.label')}
        aria-keyshortcuts="Control+K"
        placeholder={placeholder}
        maxLength={200}
        value={search.text}
        onChange={(event) => {
          search.setText(event.target.value)
        }}
        onCompositionStart={() => {
          search.setIsComposing(true)
        }}
        onCompositionEnd={() => {
          search.setIsComposing(false)
        }}
        onFocus={() => {
          setIsFocused(true)
        }}
        onBlur={() => {
          setIsFocused(false)
        }}
        onKeyDown={onKeyDown}
      />
      <Kbd chord={search.isActive ? 'Escape' : 'Ctrl+K'} />
    </search>
  )
}
