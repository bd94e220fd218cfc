import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { Link, useParams } from 'react-router'

import { asProblem } from '@/api/problem'
import {
  contactsQuery,
  customerAccountQuery,
  customerQuery,
  useFindCustomers,
  useImportCustomers,
} from '@/api/queries/customers'
import type { CustomerFile } from '@/api/types'
import { usePermission } from '@/features/session/useSession'
import { problemText } from '@/i18n/problemText'
import { useTranslation } from '@/i18n/useTranslation'
import { Button } from '@/ui/Button'
import { FileButton } from '@/ui/FileButton'
import { localTime } from '@/ui/format'
import { keepComposing } from '@/ui/keys'
import { ListPage } from '@/ui/ListPage'
import { walkLinks } from '@/ui/rows'
import { sectorText } from '@/ui/sectors'
import { Banner, Empty, Failure, Loading } from '@/ui/states'
import { TableMistakes } from '@/ui/TableMistakes'
import { Timeline } from '@/ui/Timeline'

import '../work-orders/Orders.css'

/** Customers: found by a number or a name, with the file beside the list. */
export function CustomersPage() {
  const { t } = useTranslation()
  const { customerId } = useParams()
  const canImport = usePermission('customers.edit')
  return (
    <ListPage title={t('customers.title')} actions={canImport && <ImportButton />}>
      <div className="order order--file">
        <section className="panel order__part" aria-label={t('customers.results')}>
          <Search />
        </section>
        {customerId === undefined ? (
          <Empty title={t('customers.choose')} hint={t('customers.choose_hint')} />
        ) : (
          <ChosenCustomer key={customerId} id={customerId} />
        )}
      </div>
    </ListPage>
  )
}

function Search() {
  const { t } = useTranslation()
  const { customerId } = useParams()
  const find = useFindCustomers()
  const [text, setText] = useState('')
  return (
    <>
      <form
        className="order__form"
        role="search"
        onSubmit={(event) => {
          event.preventDefault()
          if (text.trim().length > 1) find.mutate(text.trim())
        }}
      >
        <label className="field">
          <span className="field__label">{t('customers.search')}</span>
          <input
            className="input"
            type="search"
            maxLength={64}
            autoComplete="off"
            value={text}
            onKeyDown={keepComposing}
            onChange={(event) => {
              setText(event.target.value)
            }}
          />
        </label>
        {text.trim().length === 1 && <span className="field__hint">{t('customers.too_short')}</span>}
        <Button type="submit" tone="primary" disabled={find.isPending}>
          {t('customers.find')}
        </Button>
      </form>
      {find.isError && <Failure error={find.error} />}
      {find.data?.items.length === 0 && <Empty title={t('customers.none')} hint={t('customers.none_hint')} />}
      {/* Arrows walk from customer to customer, as in every list. */}
      {/* eslint-disable-next-line jsx-a11y/no-noninteractive-element-interactions -- rejected: the keys of the links inside bubble to here. */}
      <ul onKeyDown={walkLinks}>
        {find.data?.items.map((customer) => (
          <li key={customer.id} className={`customer-hit ${customer.id === customerId ? 'is-chosen' : ''}`}>
            <span>
              <Link to={`/customers/${customer.id}`}>{customer.name}</Link>{' '}
              {customer.customer_class !== 'ordinary' && (
                <span className="tag tag--accent">{t(`customers.class_${customer.customer_class}`)}</span>
              )}{' '}
              {sectorText(t, customer.sector)} {customer.account_number}
            </span>
            <span className="field__hint">{customer.address}</span>
          </li>
        ))}
      </ul>
    </>
  )
}

function ChosenCustomer({ id }: { id: string }) {
  const customer = useQuery(customerQuery(id))
  if (customer.isPending) return <Loading />
  if (customer.isError) return <Failure error={customer.error} onRetry={customer.refetch} />
  return <File file={customer.data} />
}

function File({ file }: { file: CustomerFile }) {
  const { t } = useTranslation()
  const contacts = useQuery(contactsQuery(file.id))
  const until = file.class_until === null ? '' : t('customers.until', { day: file.class_until })
  const facts = [
    [t('customers.account_number'), file.account_number],
    [t('customers.sector'), sectorText(t, file.sector)],
    [
      t('customers.class'),
      [t(`customers.class_${file.customer_class}`), file.class_reason, until].filter(Boolean).join(' · '),
    ],
    [t('customers.agent'), file.agent_name ?? ''],
    [t('customers.phones'), file.phones.map((phone) => phone.number).join(', ')],
  ] as const
  return (
    <>
      <section className="panel order__part" aria-labelledby="customer-name">
        <h2 id="customer-name" className="panel__title">
          {file.name}
        </h2>
        <dl className="order__facts">
          {facts
            .filter(([, value]) => value !== '')
            .map(([name, value]) => (
              <div key={name}>
                <dt>{name}</dt>
                <dd>{value}</dd>
              </div>
            ))}
        </dl>
        <h3>{t('customers.premises')}</h3>
        <ul>
          {file.premises.map((premise) => (
            <li key={premise.id}>
              {premise.address}
              {premise.meter_numbers.length > 0 && (
                <span className="field__hint">
                  {' '}
                  {t('customers.meters', { numbers: premise.meter_numbers.join(', ') })}
                </span>
              )}
            </li>
          ))}
        </ul>
        <AccountState id={file.id} />
      </section>
      <section className="panel order__part" aria-label={t('customers.contacts')}>
        {contacts.isPending && <Loading />}
        <h2 className="panel__title">{t('customers.contacts')}</h2>
        {contacts.data?.items.length === 0 && <p className="field__hint">{t('customers.no_contacts')}</p>}
        {contacts.isError && <Failure error={contacts.error} onRetry={contacts.refetch} />}
        <Timeline
          label={t('customers.contacts')}
          items={(contacts.data?.items ?? []).map((contact) => ({
            key: contact.id,
            at: contact.at,
            title: (
              <Link to={contact.kind === 'call' ? `/calls/${contact.id}` : `/work-orders/${contact.id}`}>
                {t(`customers.contact_${contact.kind}`)} {contact.title}
              </Link>
            ),
          }))}
        />
      </section>
    </>
  )
}

function AccountState({ id }: { id: string }) {
  const { t } = useTranslation()
  const account = useQuery(customerAccountQuery(id))
  if (account.isPending) return <Loading lines={2} />
  if (account.isError) return <Banner tone="problem">{problemText(t, asProblem(account.error))}</Banner>
  const { state } = account.data
  return (
    <>
      <h3>{t('customers.account')}</h3>
      {state === null ? (
        <p>{t('customers.no_account')}</p>
      ) : (
        <p>
          {t('customers.balance', { yuan: state.balance_yuan })} ·{' '}
          {t('customers.arrears', { yuan: state.arrears_yuan })} ·{' '}
          {t('customers.reading', { value: state.meter_reading })}
          <span className="field__hint"> {t('customers.as_of', { at: localTime(state.as_of) })}</span>
        </p>
      )}
    </>
  )
}

function ImportButton() {
  const { t } = useTranslation()
  const sending = useImportCustomers()
  const problem = sending.isError ? asProblem(sending.error) : null
  return (
    <>
      <FileButton
        label={t('customers.import')}
        accept=".csv,.xlsx,text/csv"
        isDisabled={sending.isPending}
        onPick={sending.mutate}
      />
      {sending.isSuccess && <span role="status">{t('customers.imported', { ...sending.data })}</span>}
      {problem !== null && <TableMistakes problem={problem} />}
    </>
  )
}
