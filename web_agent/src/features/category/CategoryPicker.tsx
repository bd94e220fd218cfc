import { useQuery } from '@tanstack/react-query'
import type { KeyboardEvent } from 'react'
import { useDeferredValue, useEffect, useId, useRef, useState } from 'react'
import { useTranslation } from '@/i18n/useTranslation'

import { situationsQuery } from '@/api/queries/categories'
import { categoriesQuery } from '@/api/queries/knowledge'
import type { CategoryRanking } from '@/api/types'
import { problemText } from '@/i18n/problemText'
import { asProblem } from '@/api/problem'
import { percent } from '@/ui/format'
import { isComposing } from '@/ui/keys'

import type { CategoryOption } from './options'
import { optionsOf } from './options'
import { useCategoryNames } from './useCategoryNames'

interface CategoryPickerProps {
  ranking: CategoryRanking | null
  sector: string | null
  businessType: string
  isPending: boolean
  error: unknown
  onPick: (categoryId: string) => void
  onClose: () => void
}

/** Type a name, pinyin or first letters; arrows and Enter choose, Escape leaves things as they are. */
export function CategoryPicker(props: CategoryPickerProps) {
  const { ranking, sector, isPending, error, onPick, onClose } = props
  const { t } = useTranslation()
  const list = useId()
  const [text, setText] = useState('')
  const [businessType, setBusinessType] = useState(props.businessType)
  const [active, setActive] = useState(0)
  const typed = useDeferredValue(text.trim())
  const found = useQuery(situationsQuery(typed, sector))
  const names = useCategoryNames()
  const options = optionsOf(ranking, found.data?.items ?? [], businessType, typed !== '', names)
  const at = Math.min(active, options.length - 1)
  const onKeyDown = (event: KeyboardEvent) => {
    // Enter, arrows and Escape belong to the input method while it composes.
    if (isComposing(event.nativeEvent)) return
    const steps: Record<string, number> = { ArrowDown: 1, ArrowUp: -1 }
    const step = steps[event.key]
    if (step !== undefined && options.length > 0) {
      event.preventDefault()
      setActive((at + step + options.length) % options.length)
    } else if (event.key === 'Enter') {
      event.preventDefault()
      const option = options[at]
      if (option !== undefined && !isPending) onPick(option.categoryId)
    } else if (event.key === 'Escape') {
      event.preventDefault()
      event.stopPropagation()
      onClose()
    }
  }
  return (
    <div className="category-picker">
      <BusinessTypes value={businessType} onChange={setBusinessType} />
      <input
        className="input"
        role="combobox"
        aria-label={t('category.find')}
        aria-expanded="true"
        aria-controls={list}
        aria-autocomplete="list"
        aria-activedescendant={options[at] === undefined ? undefined : `${list}-${at}`}
        placeholder={t('category.find_hint')}
        maxLength={60}
        value={text}
        // eslint-disable-next-line jsx-a11y/no-autofocus -- rejected: the person has just asked for this field by key.
        autoFocus
        onKeyDown={onKeyDown}
        onChange={(event) => {
          setText(event.target.value)
          setActive(0)
        }}
      />
      <div className="category-picker__list" role="listbox" id={list} aria-label={t('category.options')}>
        {options.map((option, index) => (
          <OptionRow
            key={option.categoryId}
            id={`${list}-${index}`}
            option={option}
            isActive={index === at}
            onPick={() => {
              if (!isPending) onPick(option.categoryId)
            }}
          />
        ))}
      </div>
      {options.length === 0 && !found.isPending && <p className="category__unsure">{t('category.none_found')}</p>}
      {(found.isError || error !== null) && (
        <p className="field__error" role="alert">
          {problemText(t, asProblem(error ?? found.error))}
        </p>
      )}
    </div>
  )
}

function OptionRow({
  id,
  option,
  isActive,
  onPick,
}: {
  id: string
  option: CategoryOption
  isActive: boolean
  onPick: () => void
}) {
  const { i18n } = useTranslation()
  const row = useRef<HTMLDivElement>(null)
  const typeName = useBusinessTypeName()
  useEffect(() => {
    if (isActive) row.current?.scrollIntoView({ block: 'nearest' })
  }, [isActive])
  return (
    // eslint-disable-next-line jsx-a11y/click-events-have-key-events -- rejected: the keys are handled by the combobox.
    <div
      ref={row}
      id={id}
      className="category-picker__option"
      role="option"
      aria-selected={isActive}
      onClick={onPick}
      tabIndex={-1}
    >
      <span className="category__name">
        {`${typeName(option.businessType)} › ${i18n.language === 'en' ? option.situation.en : option.situation.zh}`}
      </span>
      {option.probability !== null && <span className="category__probability">{percent(option.probability)}</span>}
    </div>
  )
}

function useBusinessTypeName(): (code: string) => string {
  const { i18n } = useTranslation()
  const types = useQuery(categoriesQuery).data?.business_types ?? []
  return (code) => {
    const type = types.find((node) => node.code === code)
    if (type === undefined) return code
    return i18n.language === 'en' ? type.name_en : type.name_zh
  }
}

function BusinessTypes({ value, onChange }: { value: string; onChange: (code: string) => void }) {
  const { t } = useTranslation()
  const types = useQuery(categoriesQuery).data?.business_types ?? []
  const name = useBusinessTypeName()
  return (
    <select
      className="input"
      aria-label={t('category.business_type')}
      value={value}
      onChange={(event) => {
        onChange(event.target.value)
      }}
    >
      {types.map((type) => (
        <option key={type.code} value={type.code}>
          {name(type.code)}
        </option>
      ))}
    </select>
  )
}
