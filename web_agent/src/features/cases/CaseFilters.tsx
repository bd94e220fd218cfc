import { useQuery } from '@tanstack/react-query'
import type { KeyboardEvent } from 'react'
import { useRef } from 'react'
import { useTranslation } from '@/i18n/useTranslation'

import { categoriesQuery } from '@/api/queries/knowledge'
import { useName } from '@/i18n/useName'
import { outcomeText } from '@/features/suggestions/CaseList'
import { Button } from '@/ui/Button'
import { isComposing } from '@/ui/keys'
import { SECTORS } from '@/ui/sectors'
import { useShortcut } from '@/ui/shortcuts'

import { OUTCOMES } from './caseDraft'
import type { AddressFilter, CaseFilterState, WrittenFilter } from './useCaseFilter'

interface CaseFiltersProps {
  filter: CaseFilterState
  onComposing: (isComposing: boolean) => void
  onEnterList: () => void
}

/** Text first, then what narrows it; everything by keyboard. */
export function CaseFilters({ filter, onComposing, onEnterList }: CaseFiltersProps) {
  const { t } = useTranslation()
  const text = useRef<HTMLInputElement>(null)
  useShortcut({
    chord: 'Ctrl+K',
    group: 'everywhere',
    label: t('case.filter'),
    run: () => {
      text.current?.focus()
      text.current?.select()
    },
  })
  const onKeyDown = (event: KeyboardEvent) => {
    if (isComposing(event.nativeEvent)) return
    if (event.key !== 'ArrowDown' && event.key !== 'Enter') return
    event.preventDefault()
    onEnterList()
  }
  const writing = (name: WrittenFilter) => ({
    className: 'input',
    value: filter.written[name],
    onChange: (event: { target: { value: string } }) => {
      filter.write(name, event.target.value)
    },
    onCompositionStart: () => {
      onComposing(true)
    },
    onCompositionEnd: () => {
      onComposing(false)
    },
  })
  return (
    <search className="case-filters">
      <input
        ref={text}
        type="search"
        aria-label={t('case.filter')}
        aria-keyshortcuts="Control+K"
        placeholder={t('cases.search_hint')}
        maxLength={200}
        onKeyDown={onKeyDown}
        {...writing('text')}
      />
      <div className="case-filters__row">
        <Choice name="sector" filter={filter} label={t('upload.sector')} every={t('upload.sector_any')}>
          {SECTORS.map((code) => [code, t(`sector.${code}`)])}
        </Choice>
        <SituationChoice filter={filter} />
        <Choice name="outcome" filter={filter} label={t('cases.field_outcome')} every={t('cases.any_outcome')}>
          {OUTCOMES.map((outcome) => [outcome, outcomeText(t, outcome)])}
        </Choice>
      </div>
      <div className="case-filters__row">
        <input
          aria-label={t('case.equipment')}
          placeholder={t('case.equipment')}
          maxLength={100}
          {...writing('equipment')}
        />
        <input aria-label={t('case.area')} placeholder={t('case.area')} maxLength={100} {...writing('area')} />
        <Day name="from" filter={filter} label={t('cases.from')} />
        <Day name="until" filter={filter} label={t('cases.until')} />
        <Button isSmall tone="quiet" disabled={!filter.isNarrowed} onClick={filter.clear}>
          {t('cases.clear')}
        </Button>
      </div>
    </search>
  )
}

interface ChoiceProps {
  name: AddressFilter
  filter: CaseFilterState
  label: string
  every: string
  children: readonly (readonly [value: string, text: string])[]
}

function Choice({ name, filter, label, every, children }: ChoiceProps) {
  return (
    <select
      className="input"
      aria-label={label}
      value={filter.chosen[name]}
      onChange={(event) => {
        filter.choose(name, event.target.value)
      }}
    >
      <option value="">{every}</option>
      {children.map(([value, text]) => (
        <option key={value} value={value}>
          {text}
        </option>
      ))}
    </select>
  )
}

function SituationChoice({ filter }: { filter: CaseFilterState }) {
  const { t } = useTranslation()
  const name = useName()
  const sectors = useQuery(categoriesQuery).data?.sectors ?? []
  const { sector } = filter.chosen
  const situations = sectors
    .filter((node) => sector === '' || node.code === null || node.code === sector)
    .flatMap((node) => node.groups)
    .flatMap((group) => group.situations)
  return (
    <Choice name="situation" filter={filter} label={t('cases.field_situation')} every={t('cases.any_situation')}>
      {situations.map((situation) => [situation.code, name(situation)])}
    </Choice>
  )
}

function Day({ name, filter, label }: Omit<ChoiceProps, 'every' | 'children'>) {
  return (
    <input
      className="input"
      type="date"
      aria-label={label}
      title={label}
      value={filter.chosen[name]}
      onChange={(event) => {
        filter.choose(name, event.target.value)
      }}
    />
  )
}
