import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'

import { categoriesQuery } from '@/api/queries/knowledge'
import type { CallMoment, CallQuery } from '@/api/types'
import { useName } from '@/i18n/useName'
import { useTranslation } from '@/i18n/useTranslation'
import { Button } from '@/ui/Button'
import { ChoiceField } from '@/ui/ChoiceField'
import { beginOfDay, percent } from '@/ui/format'
import { SECTORS, sectorText } from '@/ui/sectors'

const MOMENTS: readonly CallMoment[] = ['alert', 'no_answer', 'card_shown', 'card_used', 'card_rejected']
const SILENCES = [0.1, 0.2, 0.3, 0.5] as const

/** What narrows a search across calls down. */
export function SearchForm({ query, onSearch }: { query: CallQuery; onSearch: (changes: Partial<CallQuery>) => void }) {
  const { t } = useTranslation()
  const [text, setText] = useState(query.text)
  const [agent, setAgent] = useState(query.agent_name)
  const send = () => {
    onSearch({ text, agent_name: agent })
  }
  return (
    <form
      className="call-search"
      role="search"
      onSubmit={(event) => {
        event.preventDefault()
        send()
      }}
    >
      <label className="field call-search__text">
        <span className="field__label">{t('call_search.text')}</span>
        <input
          type="search"
          className="input"
          value={text}
          placeholder={t('call_search.text_hint')}
          maxLength={200}
          onChange={(event) => {
            setText(event.target.value)
          }}
        />
      </label>
      <Choice
        label={t('call_search.speaker')}
        value={query.speaker ?? ''}
        options={(['customer', 'agent'] as const).map((value) => ({ value, label: t(`transcript.${value}`) }))}
        onChange={(value) => {
          onSearch({ speaker: value === '' ? null : (value as 'customer' | 'agent') })
        }}
      />
      <Choice
        label={t('call_search.sector')}
        value={query.sector ?? ''}
        options={SECTORS.map((value) => ({ value, label: sectorText(t, value) }))}
        onChange={(value) => {
          onSearch({ sector: SECTORS.find((sector) => sector === value) ?? null })
        }}
      />
      <label className="field">
        <span className="field__label">{t('call_search.agent')}</span>
        <input
          className="input"
          value={agent}
          onChange={(event) => {
            setAgent(event.target.value)
          }}
          onBlur={send}
        />
      </label>
      <CategoryChoice
        value={query.category}
        onChange={(category) => {
          onSearch({ category })
        }}
      />
      {(['since', 'until'] as const).map((name) => (
        <label key={name} className="field">
          <span className="field__label">{t(`call_search.${name}`)}</span>
          <input
            type="date"
            className="input"
            onChange={(event) => {
              onSearch({ [name]: moment(event.target.value, name) })
            }}
          />
        </label>
      ))}
      <label className="field call-search__number">
        <span className="field__label">{t('call_search.minutes')}</span>
        <input
          type="number"
          className="input"
          min={0}
          max={120}
          onChange={(event) => {
            const minutes = Number(event.target.value)
            onSearch({ min_duration_ms: minutes > 0 ? Math.round(minutes * 60_000) : null })
          }}
        />
      </label>
      <Choice
        label={t('call_search.silence')}
        value={query.min_silence_share == null ? '' : String(query.min_silence_share)}
        options={SILENCES.map((value) => ({ value: String(value), label: percent(value) }))}
        onChange={(value) => {
          onSearch({ min_silence_share: value === '' ? null : Number(value) })
        }}
      />
      <label className="call-search__meaning">
        <input
          type="checkbox"
          checked={query.by_meaning}
          onChange={(event) => {
            onSearch({ by_meaning: event.target.checked })
          }}
        />{' '}
        {t('call_search.by_meaning')}
      </label>
      <fieldset className="call-search__moments">
        <legend className="visually-hidden">{t('call_search.moments')}</legend>
        {MOMENTS.map((value) => (
          <label key={value}>
            <input
              type="checkbox"
              checked={query.moments.includes(value)}
              onChange={(event) => {
                const others = query.moments.filter((known) => known !== value)
                onSearch({ moments: event.target.checked ? [...others, value] : others })
              }}
            />{' '}
            {t(`call_search.moment_${value}`)}
          </label>
        ))}
      </fieldset>
      <Button type="submit" tone="primary">
        {t('call_search.search')}
      </Button>
    </form>
  )
}

/** Business types, and the sectors of each; a finer category would make a list that nobody reads through. */
function CategoryChoice({ value, onChange }: { value: string; onChange: (category: string) => void }) {
  const { t } = useTranslation()
  const name = useName()
  const tree = useQuery(categoriesQuery)
  return (
    <label className="field">
      <span className="field__label">{t('call_search.category')}</span>
      <select
        className="input"
        value={value}
        onChange={(event) => {
          onChange(event.target.value)
        }}
      >
        <option value="">{t('call_search.any')}</option>
        {(tree.data?.business_types ?? []).map((type) => (
          <optgroup key={type.code} label={name(type)}>
            <option value={`${type.code}/`}>{name(type)}</option>
            {SECTORS.map((sector) => (
              <option key={sector} value={`${type.code}/${sector}`}>
                {name(type)} › {sectorText(t, sector)}
              </option>
            ))}
          </optgroup>
        ))}
      </select>
    </label>
  )
}

function moment(day: string, edge: 'since' | 'until'): string | null {
  return day === '' ? null : beginOfDay(day, edge === 'since' ? 0 : 1)
}

interface ChoiceProps {
  label: string
  value: string
  options: readonly { value: string; label: string }[]
  onChange: (value: string) => void
}

function Choice({ label, value, options, onChange }: ChoiceProps) {
  const { t } = useTranslation()
  const all = [{ value: '', label: t('call_search.any') }, ...options]
  return <ChoiceField label={label} value={value} options={all} onChange={onChange} />
}
