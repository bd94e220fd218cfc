import type { RoutingNumber } from '@/api/types'
import { useTranslation } from '@/i18n/useTranslation'
import { Button } from '@/ui/Button'
import type { Column } from '@/ui/DataTable'
import { DataTable } from '@/ui/DataTable'
import { SECTORS, sectorText } from '@/ui/sectors'
import { Empty } from '@/ui/states'

import { Choice, Count, queueOptions, Text } from './Choices'
import type { PanelProps } from './draft'
import { newNumber, replaced, without } from './draft'

type Row = RoutingNumber & { index: number }

/** Numbers that callers dial: where each leads, when it is open, what it plays. */
export function NumbersPanel({ draft, onChange, isReadOnly }: PanelProps) {
  const { t } = useTranslation()
  const queues = queueOptions(draft)
  const hours = draft.hours.map((item) => ({ value: item.name, label: item.title || item.name }))
  const sectors = SECTORS.map((value) => ({ value, label: sectorText(t, value) }))
  const change = ({ index, ...row }: Row, part: Partial<RoutingNumber>) => {
    onChange({ ...draft, numbers: replaced(draft.numbers, index, { ...row, ...part }) })
  }
  const named = (row: Row, what: string) => `${row.number || t('routing.new_number')} ${what}`
  const columns: Column<Row>[] = [
    {
      key: 'number',
      title: t('routing.number'),
      render: (row) => (
        <Text
          label={named(row, t('routing.number'))}
          value={row.number}
          maxLength={20}
          isReadOnly={isReadOnly}
          onChange={(number) => {
            change(row, { number: number.replaceAll(/[^\d*#+]/g, '') })
          }}
        />
      ),
    },
    {
      key: 'title',
      title: t('routing.name'),
      isMain: true,
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
      key: 'sector',
      title: t('routing.sector'),
      render: (row) => (
        <Choice
          label={named(row, t('routing.sector'))}
          value={row.sector}
          options={sectors}
          none={t('routing.every_sector')}
          isReadOnly={isReadOnly}
          onChange={(sector) => {
            change(row, { sector })
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
          options={queues}
          isReadOnly={isReadOnly}
          onChange={(queue) => {
            if (queue !== null) change(row, { queue })
          }}
        />
      ),
    },
    {
      key: 'hours',
      title: t('routing.hours'),
      render: (row) => (
        <Choice
          label={named(row, t('routing.hours'))}
          value={row.hours}
          options={hours}
          none={t('routing.always_open')}
          isReadOnly={isReadOnly}
          onChange={(chosen) => {
            change(row, { hours: chosen })
          }}
        />
      ),
    },
    {
      key: 'closed',
      title: t('routing.when_closed'),
      render: (row) => (
        <Choice
          label={named(row, t('routing.when_closed'))}
          value={row.closed_queue}
          options={queues}
          none={t('routing.say_closed')}
          isReadOnly={isReadOnly || row.hours === null}
          onChange={(closed_queue) => {
            change(row, { closed_queue })
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
      key: 'notice',
      title: t('routing.notice'),
      render: (row) => (
        <Text
          label={named(row, t('routing.notice'))}
          value={row.notice}
          maxLength={400}
          placeholder={t('routing.standard_notice')}
          isReadOnly={isReadOnly}
          onChange={(notice) => {
            change(row, { notice })
          }}
        />
      ),
    },
    {
      key: 'remove',
      title: '',
      render: (row) => (
        <Button
          isSmall
          tone="quiet"
          disabled={isReadOnly}
          aria-label={t('routing.remove_named', { name: row.number })}
          onClick={() => {
            onChange({ ...draft, numbers: without(draft.numbers, row.index) })
          }}
        >
          {t('routing.remove')}
        </Button>
      ),
    },
  ]
  return (
    <section className="panel" aria-label={t('routing.tab_numbers')}>
      {draft.numbers.length === 0 ? (
        <Empty title={t('routing.no_numbers')} hint={t('routing.no_numbers_hint')} />
      ) : (
        <div className="routing__scroll">
          <DataTable
            caption={t('routing.tab_numbers')}
            columns={columns}
            rows={draft.numbers.map((row, index) => ({ ...row, index }))}
            keyOf={(row) => row.index}
          />
        </div>
      )}
      <p className="routing__below">
        <Button
          disabled={isReadOnly}
          onClick={() => {
            onChange({ ...draft, numbers: [...draft.numbers, newNumber(draft)] })
          }}
        >
          {t('routing.add_number')}
        </Button>
        <span className="field__hint">{t('routing.head_start_hint')}</span>
      </p>
    </section>
  )
}
