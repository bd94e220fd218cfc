import { useQuery } from '@tanstack/react-query'
import { useId, useState } from 'react'
import { useTranslation } from '@/i18n/useTranslation'

import { allGoldQuestionsQuery } from '@/api/queries/knowledgeTests'
import type { Audience, HitTestRequest } from '@/api/types'
import { Button } from '@/ui/Button'
import { Segmented } from '@/ui/Segmented'
import { SECTORS } from '@/ui/sectors'

const AUDIENCES = ['agent', 'ivr', 'public', 'internal'] as const satisfies readonly Audience[]
const MANNERS = ['call', 'typed'] as const
const KINDS = ['entry', 'case', 'both'] as const

export interface HitTestInput {
  text: string
  /** Empty for every sector. */
  sector: string
  region: string
  day: string
  audience: Audience
  kind: (typeof KINDS)[number]
  manner: (typeof MANNERS)[number]
}

export const NO_QUESTION: HitTestInput = {
  text: '',
  sector: '',
  region: '',
  day: '',
  audience: 'agent',
  kind: 'entry',
  manner: 'call',
}

export function requestOf(input: HitTestInput): HitTestRequest {
  return {
    text: input.text.trim(),
    kinds: input.kind === 'both' ? ['entry', 'case'] : [input.kind],
    sector: SECTORS.find((known) => known === input.sector) ?? null,
    region: input.region.trim() === '' ? null : input.region.trim(),
    on: input.day === '' ? null : input.day,
    audience: input.audience,
    is_typed: input.manner === 'typed',
    limit: 10,
  }
}

interface HitTestFormProps {
  initial: HitTestInput
  isBusy: boolean
  onAsk: (input: HitTestInput) => void
}

/** The question and the filters; a changed filter asks at once, the question with Enter. */
export function HitTestForm({ initial, isBusy, onAsk }: HitTestFormProps) {
  const { t } = useTranslation()
  const [input, setInput] = useState(initial)
  const change = (part: Partial<HitTestInput>) => {
    setInput({ ...input, ...part })
    onAsk({ ...input, ...part })
  }
  return (
    <form
      className="hit-test__form"
      onSubmit={(event) => {
        event.preventDefault()
        onAsk(input)
      }}
    >
      <QuestionField
        value={input.text}
        isBusy={isBusy}
        onChange={(text) => {
          setInput({ ...input, text })
        }}
      />
      <div className="hit-test__filters">
        <Choice
          label={t('hit_test.sector')}
          value={input.sector}
          options={[['', t('hit_test.sector_any')], ...SECTORS.map((code) => [code, t(`sector.${code}`)] as const)]}
          onChange={(sector) => {
            change({ sector })
          }}
        />
        <Choice
          label={t('hit_test.audience')}
          value={input.audience}
          options={AUDIENCES.map((code) => [code, t(`audience.${code}`)] as const)}
          onChange={(audience) => {
            change({ audience })
          }}
        />
        <label className="hit-test__filter">
          {t('hit_test.region')}
          <input
            className="input"
            maxLength={32}
            value={input.region}
            onChange={(event) => {
              change({ region: event.target.value })
            }}
          />
        </label>
        <label className="hit-test__filter">
          {t('hit_test.day')}
          <input
            className="input"
            type="date"
            value={input.day}
            onChange={(event) => {
              change({ day: event.target.value })
            }}
          />
        </label>
        <Segmented
          legend={t('hit_test.kind')}
          value={input.kind}
          options={KINDS.map((value) => ({ value, label: t(`hit_test.kind_${value}`) }))}
          onChange={(kind) => {
            change({ kind })
          }}
        />
        <Segmented
          legend={t('hit_test.manner')}
          value={input.manner}
          options={MANNERS.map((value) => ({ value, label: t(`hit_test.manner_${value}`) }))}
          onChange={(manner) => {
            change({ manner })
          }}
        />
      </div>
    </form>
  )
}

interface QuestionFieldProps {
  value: string
  isBusy: boolean
  onChange: (text: string) => void
}

/** Free text, with the test questions as suggestions. */
function QuestionField({ value, isBusy, onChange }: QuestionFieldProps) {
  const { t } = useTranslation()
  const listId = useId()
  const known = useQuery(allGoldQuestionsQuery)
  return (
    <div className="hit-test__question">
      <input
        className="input"
        // eslint-disable-next-line jsx-a11y/no-autofocus -- rejected: the page is for typing a question.
        autoFocus
        aria-label={t('hit_test.question')}
        placeholder={t('hit_test.placeholder')}
        maxLength={400}
        list={listId}
        value={value}
        onChange={(event) => {
          onChange(event.target.value)
        }}
      />
      <datalist id={listId}>
        {known.data?.items.map((question) => (
          <option key={question.id} value={question.text} />
        ))}
      </datalist>
      <Button type="submit" tone="primary" chord="Enter" disabled={isBusy}>
        {t('hit_test.run')}
      </Button>
    </div>
  )
}

interface ChoiceProps<Value extends string> {
  label: string
  value: Value
  options: readonly (readonly [Value, string])[]
  onChange: (value: Value) => void
}

function Choice<Value extends string>({ label, value, options, onChange }: ChoiceProps<Value>) {
  return (
    <label className="hit-test__filter">
      {label}
      <select
        className="input"
        value={value}
        onChange={(event) => {
          const chosen = options.find(([code]) => code === event.target.value)
          if (chosen !== undefined) onChange(chosen[0])
        }}
      >
        {options.map(([code, text]) => (
          <option key={code} value={code}>
            {text}
          </option>
        ))}
      </select>
    </label>
  )
}
