import { useQuery } from '@tanstack/react-query'
import { Table } from 'antd'
import type { TableColumnsType } from 'antd'
import { useState } from 'react'
import { Link } from 'react-router'
import { useTranslation } from '@/i18n/useTranslation'

import { accountsQuery } from '@/api/queries/accounts'
import type { AccountView } from '@/api/types'
import { AntdProvider } from '@/ui/AntdProvider'
import { Button } from '@/ui/Button'
import { localTime } from '@/ui/format'
import { useShortcut } from '@/ui/shortcuts'
import { Failure, Loading } from '@/ui/states'
import { usePageTitle } from '@/ui/usePageTitle'

import { AccountForm } from './AccountForm'

export function AccountsPage() {
  const { t } = useTranslation()
  usePageTitle(t('accounts.nav'))
  return (
    <AntdProvider>
      <Accounts />
    </AntdProvider>
  )
}

function Accounts() {
  const { t } = useTranslation()
  const accounts = useQuery(accountsQuery)
  const [edited, setEdited] = useState<AccountView | 'new' | null>(null)
  const openNew = () => {
    setEdited('new')
  }
  useShortcut({ chord: 'A', group: 'lists', label: t('accounts.new'), run: openNew })
  return (
    <div className="page">
      <div className="page__head">
        <h1 className="page__title">{t('accounts.nav')}</h1>
        <Link to="/integrations">{t('integrations.nav')}</Link>
        <Button tone="primary" chord="A" className="banner__action" onClick={openNew}>
          {t('accounts.new')}
        </Button>
      </div>
      {accounts.isPending && <Loading lines={6} />}
      {accounts.isError && <Failure error={accounts.error} onRetry={accounts.refetch} />}
      {accounts.data !== undefined && <AccountTable accounts={accounts.data.items} onEdit={setEdited} />}
      {edited !== null && (
        <AccountForm
          account={edited === 'new' ? null : edited}
          onClose={() => {
            setEdited(null)
          }}
        />
      )}
    </div>
  )
}

function AccountTable({ accounts, onEdit }: { accounts: AccountView[]; onEdit: (account: AccountView) => void }) {
  const { t } = useTranslation()
  const columns: TableColumnsType<AccountView> = [
    { key: 'username', dataIndex: 'username', title: t('session.username') },
    { key: 'display_name', dataIndex: 'display_name', title: t('accounts.display_name') },
    { key: 'role', title: t('accounts.role'), render: (_, account) => t(`role.${account.role}`) },
    { key: 'extension', title: t('accounts.extension'), render: (_, account) => account.extension ?? '' },
    { key: 'state', title: t('accounts.state'), render: (_, account) => <AccountState account={account} /> },
    { key: 'created_at', title: t('accounts.created'), render: (_, account) => localTime(account.created_at) },
    {
      key: 'edit',
      title: t('accounts.change'),
      render: (_, account) => (
        <Button
          isSmall
          aria-label={t('accounts.change_named', { name: account.display_name })}
          onClick={() => {
            onEdit(account)
          }}
        >
          {t('accounts.change')}
        </Button>
      ),
    },
  ]
  return <Table<AccountView> rowKey="id" size="small" pagination={false} columns={columns} dataSource={accounts} />
}

function AccountState({ account }: { account: AccountView }) {
  const { t } = useTranslation()
  if (!account.is_active) return <span className="tag">{t('accounts.locked')}</span>
  if (account.must_change_password) return <span className="tag tag--waiting">{t('accounts.temporary')}</span>
  return <span className="tag tag--ready">{t('accounts.active')}</span>
}
