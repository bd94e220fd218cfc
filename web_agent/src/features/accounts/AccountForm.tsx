import { Form, Input, Modal, Select, Switch } from 'antd'
import { useTranslation } from '@/i18n/useTranslation'

import { asProblem } from '@/api/problem'
import { useChangeAccount, useCreateAccount } from '@/api/queries/accounts'
import type { AccountView, Role } from '@/api/types'
import { fieldText, problemText } from '@/i18n/problemText'
import { Banner } from '@/ui/states'

const ROLES = ['agent', 'curator', 'supervisor', 'trainer', 'admin'] as const satisfies readonly Role[]

interface Values {
  username: string
  display_name: string
  role: Role
  /** Empty leaves the password as it is. */
  password: string
  is_active: boolean
  /** Empty for an account without a telephone. */
  extension: string
}

const NEW: Values = { username: '', display_name: '', role: 'agent', password: '', is_active: true, extension: '' }

/** A new account, or what may change on one. */
export function AccountForm({ account, onClose }: { account: AccountView | null; onClose: () => void }) {
  const { t } = useTranslation()
  const [form] = Form.useForm<Values>()
  const create = useCreateAccount()
  const change = useChangeAccount()
  const error = create.error ?? change.error
  const problem = error === null ? null : asProblem(error)

  const submit = (values: Values) => {
    const done = {
      onSuccess: onClose,
      onError: (failure: unknown) => {
        form.setFields(
          asProblem(failure).fields.map((item) => ({
            name: item.field as keyof Values,
            errors: [fieldText(t, item)],
          })),
        )
      },
    }
    if (account === null) create.mutate({ ...newAccount(values), locale: 'zh-CN' }, done)
    else change.mutate({ id: account.id, change: changeOf(values) }, done)
  }
  return (
    <Modal
      open
      title={account === null ? t('accounts.new') : t('accounts.change_named', { name: account.display_name })}
      okText={t('accounts.save')}
      cancelText={t('common.cancel')}
      confirmLoading={create.isPending || change.isPending}
      onOk={() => {
        form.submit()
      }}
      onCancel={onClose}
    >
      {problem !== null && problem.fields.length === 0 && <Banner tone="problem">{problemText(t, problem)}</Banner>}
      <Form
        form={form}
        layout="vertical"
        requiredMark={false}
        initialValues={account === null ? NEW : { ...NEW, ...account, extension: account.extension ?? '' }}
        onFinish={submit}
      >
        {account === null && (
          <Form.Item name="username" label={t('session.username')}>
            <Input autoComplete="off" maxLength={64} />
          </Form.Item>
        )}
        <Form.Item name="display_name" label={t('accounts.display_name')}>
          <Input maxLength={64} />
        </Form.Item>
        <Form.Item name="role" label={t('accounts.role')}>
          <Select options={ROLES.map((value) => ({ value, label: t(`role.${value}`) }))} />
        </Form.Item>
        <Form.Item
          name="password"
          label={t(account === null ? 'accounts.first_password' : 'accounts.reset_password')}
          extra={t('accounts.password_hint')}
        >
          <Input.Password autoComplete="new-password" maxLength={256} />
        </Form.Item>
        {account !== null && (
          <Form.Item name="extension" label={t('accounts.extension')} extra={t('accounts.extension_hint')}>
            <Input autoComplete="off" inputMode="numeric" maxLength={20} />
          </Form.Item>
        )}
        {account !== null && (
          <Form.Item name="is_active" label={t('accounts.may_sign_in')} valuePropName="checked">
            <Switch />
          </Form.Item>
        )}
      </Form>
    </Modal>
  )
}

const newAccount = ({ username, display_name, role, password }: Values) => ({ username, display_name, role, password })

function changeOf({ display_name, role, is_active, extension, password }: Values) {
  return { display_name, role, is_active, extension, ...(password !== '' && { password }) }
}
