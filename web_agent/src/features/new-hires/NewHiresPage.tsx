import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'

import { endNewHire, newHiresQuery, setNewHire, useNewHiresChanged } from '@/api/queries/newHires'
import type { AgentOption, NewHireDraft, NewHireView } from '@/api/types'
import { usePermission } from '@/features/session/useSession'
import { fieldText, problemText } from '@/i18n/problemText'
import { useTranslation } from '@/i18n/useTranslation'
import { Button } from '@/ui/Button'
import { ChoiceField } from '@/ui/ChoiceField'
import { ConfirmButton } from '@/ui/ConfirmButton'
import { DataTable } from '@/ui/DataTable'
import { Field } from '@/ui/Field'
import { today } from '@/ui/format'
import { ListPage } from '@/ui/ListPage'
import { Banner, Empty, Failure, Loading } from '@/ui/states'
import { useSaving } from '@/ui/useSaving'

import { Level, Measures } from './Measures'
import { MOST_HELP } from './useHelp'

import './NewHires.css'

/** Agents who see more help at the desk, with the results that take it away; a trainer may fix or end it. */
export function NewHiresPage() {
  const { t } = useTranslation()
  const list = useQuery(newHiresQuery)
  const changed = useNewHiresChanged()
  const canSet = usePermission('training.set_new_hires')
  const setting = useSaving(setNewHire, { onSaved: () => changed() })
  const ending = useSaving(endNewHire, { onSaved: () => changed() })
  const problem = setting.problem ?? ending.problem
  return (
    <ListPage title={t('new_hires.title')}>
      <p className="field__hint new-hires__lead">{t('new_hires.lead')}</p>
      {problem !== null && problem.fields.length === 0 && <Banner tone="problem">{problemText(t, problem)}</Banner>}
      {list.isPending && <Loading />}
      {list.isError && <Failure error={list.error} onRetry={list.refetch} />}
      {canSet && list.data !== undefined && list.data.agents.length > 0 && (
        <AddForm agents={list.data.agents} saving={setting} />
      )}
      {list.data?.items.length === 0 && (
        <Empty
          title={t('new_hires.none')}
          hint={t(list.data.agents.length > 0 ? 'new_hires.none_hint' : 'new_hires.no_agents')}
        />
      )}
      {list.data !== undefined && list.data.items.length > 0 && (
        <section className="panel">
          <DataTable
            caption={t('new_hires.title')}
            columns={[
              { key: 'name', title: t('new_hires.person'), render: (row) => row.account_name },
              { key: 'since', title: t('new_hires.since'), render: (row) => row.since },
              { key: 'level', title: t('new_hires.level'), render: (row) => <Level level={row.level} /> },
              {
                key: 'why',
                title: t('new_hires.why'),
                isMain: true,
                render: (row) => <Measures newHire={row} />,
              },
              {
                key: 'decides',
                title: t('new_hires.decides'),
                render: (row) => (
                  <Decides row={row} canSet={canSet} isPending={setting.isPending} onSet={setting.save} />
                ),
              },
              {
                key: 'end',
                title: t('new_hires.end'),
                render: (row) =>
                  canSet && (
                    <ConfirmButton
                      question={t('new_hires.end_question', { name: row.account_name })}
                      confirmLabel={t('new_hires.end')}
                      aria-label={t('new_hires.end_named', { name: row.account_name })}
                      isPending={ending.isPending}
                      onConfirm={() => {
                        ending.save(row.account_id)
                      }}
                    >
                      {t('new_hires.end')}
                    </ConfirmButton>
                  ),
              },
            ]}
            rows={list.data.items}
            keyOf={(row) => row.account_id}
          />
        </section>
      )}
    </ListPage>
  )
}

type Setting = ReturnType<typeof useSaving<{ accountId: string; draft: NewHireDraft }, NewHireView>>

function AddForm({ agents, saving }: { agents: readonly AgentOption[]; saving: Setting }) {
  const { t } = useTranslation()
  const [chosen, setChosen] = useState('')
  const [since, setSince] = useState(today)
  // Whoever was added is no longer in the list.
  const accountId = agents.some((agent) => agent.account_id === chosen) ? chosen : (agents[0]?.account_id ?? '')
  const sinceError = saving.errorOf('since')
  return (
    <form
      className="panel new-hires__form"
      onSubmit={(event) => {
        event.preventDefault()
        saving.save({ accountId, draft: { since, fixed_level: null } })
      }}
    >
      <ChoiceField
        label={t('new_hires.person')}
        value={accountId}
        options={agents.map((agent) => ({ value: agent.account_id, label: agent.name }))}
        onChange={setChosen}
      />
      <Field
        label={t('new_hires.since')}
        type="date"
        required
        max={today()}
        value={since}
        error={sinceError === null ? null : fieldText(t, sinceError)}
        onChange={(event) => {
          setSince(event.target.value)
        }}
      />
      <Button type="submit" tone="primary" disabled={saving.isPending}>
        {t('new_hires.add')}
      </Button>
    </form>
  )
}

interface DecidesProps {
  row: NewHireView
  canSet: boolean
  isPending: boolean
  onSet: (input: { accountId: string; draft: NewHireDraft }) => void
}

/** Whether the results decide the level or a person has fixed it. */
function Decides({ row, canSet, isPending, onSet }: DecidesProps) {
  const { t } = useTranslation()
  const levels = Array.from({ length: MOST_HELP + 1 }, (_, place) => MOST_HELP - place)
  const by = row.fixed_level === null ? null : t('new_hires.fixed_by', { name: row.set_by_name })
  if (!canSet) return by ?? t('new_hires.by_results')
  return (
    <>
      <select
        className="input new-hires__decides"
        aria-label={t('new_hires.decides_named', { name: row.account_name })}
        disabled={isPending}
        value={row.fixed_level ?? ''}
        onChange={(event) => {
          const { value } = event.target
          onSet({
            accountId: row.account_id,
            draft: { since: row.since, fixed_level: value === '' ? null : Number(value) },
          })
        }}
      >
        <option value="">{t('new_hires.by_results')}</option>
        {levels.map((level) => (
          <option key={level} value={level}>
            {t('new_hires.fixed_at', { level })}
          </option>
        ))}
      </select>
      {by !== null && <span className="field__hint">{by}</span>}
    </>
  )
}
