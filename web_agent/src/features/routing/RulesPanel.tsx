import { useState } from 'react'

import type { RoutingRule } from '@/api/types'
import { useTranslation } from '@/i18n/useTranslation'
import { Button } from '@/ui/Button'
import type { Column } from '@/ui/DataTable'
import { DataTable } from '@/ui/DataTable'
import { Empty } from '@/ui/states'

import { Choice, Count, queueOptions, Text } from './Choices'
import type { PanelProps } from './draft'
import { movedUp, newRule, replaced, without } from './draft'
import { ServiceForm } from './ServiceForm'

type Row = RoutingRule & { index: number }

/** Rules by the beginning of the caller's number, and how single customers are served. */
export function RulesPanel(props: PanelProps) {
  return (
    <>
      <PrefixRules {...props} />
      <ServiceForm {...props} />
    </>
  )
}

function PrefixRules({ draft, onChange, isReadOnly }: PanelProps) {
  const { t } = useTranslation()
  const change = ({ index, ...row }: Row, part: Partial<RoutingRule>) => {
    onChange({ ...draft, rules: replaced(draft.rules, index, { ...row, ...part }) })
  }
  const named = (row: Row, what: string) => t('routing.rule_named', { number: row.index + 1, what })
  const numbers = draft.numbers.map(({ number, title }) => ({ value: number, label: `${number} ${title}` }))
  const columns: Column<Row>[] = [
    { key: 'order', title: '', isNumber: true, render: (row) => row.index + 1 },
    {
      key: 'title',
      title: t('routing.name'),
      render: (row) => (
        <Text
          label={named(row, t('routing.name'))}
          value={row.title}
          isReadOnly={isReadOnly}
          onChange={(title) => {
            change(row, { title })
          }}
        />
      ),
    },
    {
      key: 'prefixes',
      title: t('routing.prefixes'),
      isMain: true,
      render: (row) => (
        <Prefixes
          label={named(row, t('routing.prefixes'))}
          prefixes={row.prefixes}
          isReadOnly={isReadOnly}
          onChange={(prefixes) => {
            change(row, { prefixes })
          }}
        />
      ),
    },
    {
      key: 'dialled',
      title: t('routing.dialled'),
      render: (row) => (
        <Choice
          label={named(row, t('routing.dialled'))}
          value={row.dialled}
          options={numbers}
          none={t('routing.every_number')}
          isReadOnly={isReadOnly}
          onChange={(dialled) => {
            change(row, { dialled })
          }}
        />
      ),
    },
    {
      key: 'queue',
      title: t('routing.queue'),
      render: (row) => (
        <Choice
          label={named(row, t('routing.queue'))}
          value={row.queue}
          options={queueOptions(draft)}
          none={t('routing.same_queue')}
          isReadOnly={isReadOnly}
          onChange={(queue) => {
            change(row, { queue })
          }}
        />
      ),
    },
    {
      key: 'first',
      title: t('routing.head_start'),
      isNumber: true,
      render: (row) => (
        <Count
          label={named(row, t('routing.head_start'))}
          value={row.head_start_seconds}
          most={3600}
          isReadOnly={isReadOnly}
          onChange={(head_start_seconds) => {
            change(row, { head_start_seconds })
          }}
        />
      ),
    },
    {
      key: 'deeds',
      title: '',
      render: (row) => (
        <span className="routing__deeds">
          <Button
            isSmall
            tone="quiet"
            disabled={isReadOnly || row.index === 0}
            aria-label={named(row, t('routing.up'))}
            onClick={() => {
              onChange({ ...draft, rules: movedUp(draft.rules, row.index) })
            }}
          >
            ↑
          </Button>
          <Button
            isSmall
            tone="quiet"
            disabled={isReadOnly}
            aria-label={named(row, t('routing.remove'))}
            onClick={() => {
              onChange({ ...draft, rules: without(draft.rules, row.index) })
            }}
          >
            {t('routing.remove')}
          </Button>
        </span>
      ),
    },
  ]
  return (
    <section className="panel" aria-label={t('routing.prefix_rules')}>
      <div className="panel__head">
        <h2 className="panel__title">{t('routing.prefix_rules')}</h2>
        <span className="field__hint">{t('routing.prefix_hint')}</span>
      </div>
      {draft.rules.length === 0 ? (
        <Empty title={t('routing.no_rules')} hint={t('routing.no_rules_hint')} />
      ) : (
        <div className="routing__scroll">
          <DataTable
            caption={t('routing.prefix_rules')}
            columns={columns}
            rows={draft.rules.map((row, index) => ({ ...row, index }))}
            keyOf={(row) => row.index}
          />
        </div>
      )}
      <p className="routing__below">
        <Button
          disabled={isReadOnly}
          onClick={() => {
            onChange({ ...draft, rules: [...draft.rules, newRule()] })
          }}
        >
          {t('routing.add_rule')}
        </Button>
      </p>
    </section>
  )
}

interface PrefixesProps {
  label: string
  prefixes: readonly string[]
  isReadOnly: boolean
  onChange: (prefixes: string[]) => void
}

/** Beginnings of numbers, as one text while it is typed. */
function Prefixes({ label, prefixes, isReadOnly, onChange }: PrefixesProps) {
  const { t } = useTranslation()
  const [text, setText] = useState<string | null>(null)
  return (
    <input
      className="input"
      aria-label={label}
      disabled={isReadOnly}
      inputMode="numeric"
      placeholder={t('routing.prefix_example')}
      value={text ?? prefixes.join(' ')}
      onChange={(event) => {
        setText(event.target.value)
        onChange(event.target.value.normalize('NFKC').split(/\D+/).filter(Boolean))
      }}
      onBlur={() => {
        setText(null)
      }}
    />
  )
}
