import type { SyntheticEvent } from 'react'
import { useState } from 'react'
import { useTranslation } from '@/i18n/useTranslation'

import { asProblem } from '@/api/problem'
import { useChangePassword } from '@/api/queries/session'
import { fieldText, problemText } from '@/i18n/problemText'
import { Button } from '@/ui/Button'
import { Field } from '@/ui/Field'
import { Banner } from '@/ui/states'

const EMPTY = { current: '', next: '', again: '' }

/** Changes the own password; what is refused stands at its field. */
export function PasswordForm({ onChanged }: { onChanged?: () => void }) {
  const { t } = useTranslation()
  const change = useChangePassword()
  const [values, setValues] = useState(EMPTY)
  const differs = values.again !== '' && values.again !== values.next
  const isReady = values.current !== '' && values.next !== '' && values.again === values.next
  const problem = change.isError ? asProblem(change.error) : null

  const submit = (event: SyntheticEvent) => {
    event.preventDefault()
    if (!isReady || change.isPending) return
    change.mutate(
      { current_password: values.current, new_password: values.next },
      {
        onSuccess: () => {
          setValues(EMPTY)
          onChanged?.()
        },
      },
    )
  }
  const errorOf = (field: string): string | null => {
    const error = problem?.fields.find((item) => item.field === field)
    return error === undefined ? null : fieldText(t, error)
  }
  const input = (name: keyof typeof EMPTY, label: string, error: string | null) => (
    <Field
      label={label}
      error={error}
      type="password"
      autoComplete={name === 'current' ? 'current-password' : 'new-password'}
      value={values[name]}
      onChange={(event) => {
        setValues({ ...values, [name]: event.target.value })
      }}
    />
  )
  return (
    <form className="sign-in__form" onSubmit={submit}>
      {problem !== null && problem.fields.length === 0 && <Banner tone="problem">{problemText(t, problem)}</Banner>}
      {input('current', t('password.current'), errorOf('current_password'))}
      {input('next', t('password.next'), errorOf('new_password'))}
      {input('again', t('password.again'), differs ? t('password.differs') : null)}
      <Button type="submit" tone="primary" disabled={!isReady || change.isPending}>
        {t('password.save')}
      </Button>
    </form>
  )
}
