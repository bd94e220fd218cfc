import { useState } from 'react'

import { asProblem } from '@/api/problem'
import { useTryCall } from '@/api/queries/routing'
import type { CallTrial, RoutingBook } from '@/api/types'
import { problemText } from '@/i18n/problemText'
import { useTranslation } from '@/i18n/useTranslation'
import { Button } from '@/ui/Button'
import { Field } from '@/ui/Field'
import { momentOf } from '@/ui/format'
import { Banner, Empty } from '@/ui/states'

import { Check } from './Check'
import { Choice } from './Choices'
import { DecisionView } from './DecisionView'

const CLASSES = ['ordinary', 'important', 'vip'] as const

/** What would happen to a call from X to Y at T: nobody is called. */
export function TrialPanel({ book, isDirty }: { book: RoutingBook; isDirty: boolean }) {
  const { t } = useTranslation()
  const [caller, setCaller] = useState('')
  const [dialled, setDialled] = useState(book.numbers[0]?.number ?? '')
  const [at, setAt] = useState('')
  const [customerClass, setClass] = useState<CallTrial['customer_class']>(null)
  const [nobodyIsFree, setNobodyIsFree] = useState(false)
  const trial = useTryCall()
  return (
    <div className="routing__split">
      <form
        className="panel routing__form"
        aria-label={t('routing.tab_trial')}
        onSubmit={(event) => {
          event.preventDefault()
          trial.mutate({
            book,
            caller,
            dialled,
            at: at === '' ? null : momentOf(at),
            customer_class: customerClass ?? null,
            nobody_is_free: nobodyIsFree,
          })
        }}
      >
        <p className="field__hint">{t(isDirty ? 'routing.trial_draft' : 'routing.trial_in_force')}</p>
        <Field
          label={t('routing.caller')}
          error={null}
          autoComplete="off"
          maxLength={24}
          value={caller}
          placeholder={t('routing.caller_example')}
          onChange={(event) => {
            setCaller(event.target.value)
          }}
        />
        <div className="field">
          <span className="field__label" aria-hidden="true">
            {t('routing.dialled')}
          </span>
          <Choice
            label={t('routing.dialled')}
            value={dialled}
            options={book.numbers.map(({ number, title }) => ({ value: number, label: `${number} ${title}` }))}
            isReadOnly={false}
            onChange={(number) => {
              setDialled(number ?? '')
            }}
          />
        </div>
        <Field
          label={t('routing.at')}
          error={null}
          type="datetime-local"
          value={at}
          onChange={(event) => {
            setAt(event.target.value)
          }}
        />
        <div className="field">
          <span className="field__label" aria-hidden="true">
            {t('routing.customer_class')}
          </span>
          <Choice
            label={t('routing.customer_class')}
            value={customerClass ?? null}
            options={CLASSES.map((value) => ({ value, label: t(`customers.class_${value}`) }))}
            none={t('routing.class_of_number')}
            isReadOnly={false}
            onChange={setClass}
          />
        </div>
        <Check
          label={t('routing.nobody_is_free')}
          isChecked={nobodyIsFree}
          isDisabled={false}
          onChange={setNobodyIsFree}
        />
        <Button type="submit" tone="primary" disabled={trial.isPending || dialled === ''}>
          {t('routing.try')}
        </Button>
      </form>
      <section className="panel routing__form" aria-label={t('routing.what_happens')}>
        {trial.isError && <Banner tone="problem">{problemText(t, asProblem(trial.error))}</Banner>}
        {trial.data === undefined ? (
          <Empty title={t('routing.what_happens')} hint={t('routing.trial_hint')} />
        ) : (
          <DecisionView decision={trial.data} book={book} />
        )}
      </section>
    </div>
  )
}
