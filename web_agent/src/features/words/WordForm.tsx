import { Form, Input, Modal, Radio, Select } from 'antd'
import type { TextAreaRef } from 'antd/es/input/TextArea'
import { useRef, useState } from 'react'
import { useTranslation } from '@/i18n/useTranslation'

import type { FieldError } from '@/api/problem'
import { asProblem } from '@/api/problem'
import { useChangeWords, useCreateWords } from '@/api/queries/words'
import type { WordGroup, WordUse } from '@/api/types'
import { fieldText, problemText } from '@/i18n/problemText'
import { SECTORS } from '@/ui/sectors'
import { Banner } from '@/ui/states'

import { USES } from './uses'
import { splitWords } from './words'

interface Values {
  use: WordUse
  /** Empty for every sector. */
  sector: string
  words: string
  note: string
}

const NEW: Values = { use: 'synonyms', sector: '', words: '', note: '' }

/** A group of words, new or changed. */
export function WordForm({ group, onClose }: { group: WordGroup | null; onClose: () => void }) {
  const { t } = useTranslation()
  const [form] = Form.useForm<Values>()
  const [use, setUse] = useState(group?.use ?? NEW.use)
  const words = useRef<TextAreaRef>(null)
  const { submit, isPending, problem } = useSaving(group, onClose, (values, errors) => {
    form.setFields(namedErrors(values, errors, (error) => fieldText(t, error)))
  })
  return (
    <Modal
      open
      title={group === null ? t('words.new') : t('words.edit_named', { name: group.words[0] })}
      okText={t('words.save')}
      cancelText={t('common.cancel')}
      confirmLoading={isPending}
      onOk={() => {
        form.submit()
      }}
      onCancel={onClose}
      afterOpenChange={(isOpen) => {
        if (isOpen) words.current?.focus()
      }}
    >
      {problem !== null && problem.fields.length === 0 && <Banner tone="problem">{problemText(t, problem)}</Banner>}
      <Form
        form={form}
        layout="vertical"
        requiredMark={false}
        initialValues={group === null ? NEW : valuesOf(group)}
        onFinish={submit}
        onValuesChange={(changed: Partial<Values>) => {
          if (changed.use !== undefined) setUse(changed.use)
        }}
      >
        <Form.Item name="use" label={t('words.use')}>
          <Radio.Group optionType="button" options={USES.map((value) => ({ value, label: t(`words.use_${value}`) }))} />
        </Form.Item>
        <Form.Item name="words" label={t('words.words')} extra={t(`words.hint_${use}`)}>
          <Input.TextArea ref={words} autoSize={{ minRows: 3, maxRows: 10 }} maxLength={1_000} />
        </Form.Item>
        <Form.Item name="sector" label={t('words.sector')}>
          <Select
            options={[
              { value: '', label: t('sector.every') },
              ...SECTORS.map((value) => ({ value, label: t(`sector.${value}`) })),
            ]}
          />
        </Form.Item>
        <Form.Item name="note" label={t('words.note')}>
          <Input maxLength={200} />
        </Form.Item>
      </Form>
    </Modal>
  )
}

type OnRefused = (values: Values, errors: readonly FieldError[]) => void

function useSaving(group: WordGroup | null, onClose: () => void, onRefused: OnRefused) {
  const create = useCreateWords()
  const change = useChangeWords()
  const error = create.error ?? change.error
  const submit = (values: Values) => {
    const draft = { ...values, sector: values.sector || null, words: splitWords(values.words) }
    const done = {
      onSuccess: onClose,
      onError: (failure: unknown) => {
        onRefused(values, asProblem(failure).fields)
      },
    }
    if (group === null) create.mutate(draft, done)
    else change.mutate({ id: group.id, change: { ...draft, base_number: group.number } }, done)
  }
  return {
    submit,
    isPending: create.isPending || change.isPending,
    problem: error === null ? null : asProblem(error),
  }
}

const valuesOf = (group: WordGroup): Values => ({
  use: group.use,
  sector: group.sector ?? '',
  words: group.words.join('\n'),
  note: group.note,
})

/** Errors by field of the form; one of a word names the word. */
function namedErrors(values: Values, errors: readonly FieldError[], text: (error: FieldError) => string) {
  const words = splitWords(values.words)
  const byField = new Map<keyof Values, string[]>()
  for (const error of errors) {
    const [field, index] = error.field.split('.')
    const name = (field === '' || field === undefined ? 'words' : field) as keyof Values
    const word = index === undefined ? undefined : words[Number(index)]
    const line = word === undefined ? text(error) : `${word} — ${text(error)}`
    byField.set(name, [...(byField.get(name) ?? []), line])
  }
  return [...byField].map(([name, lines]) => ({ name, errors: lines }))
}
