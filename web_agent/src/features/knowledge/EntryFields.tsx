import { Form, Input, Select } from 'antd'
import { useTranslation } from '@/i18n/useTranslation'

import type { CategoryTree } from '@/api/types'
import { SECTORS } from '@/ui/sectors'

import type { FieldName, FormValues } from './draft'
import { EVERY_SECTOR } from './draft'
import { useName } from '@/i18n/useName'
import { SourceFields } from './SourceFields'

const AUDIENCES = ['agent', 'ivr', 'public', 'internal'] as const

/** All fields of an entry, in the order in which one thinks of them. */
export function EntryFields({ tree }: { tree: CategoryTree }) {
  const { t } = useTranslation()
  const item = (name: FieldName, hint?: string) => ({
    name,
    label: t(`entry.field_${name}`),
    ...(hint !== undefined && { extra: hint }),
  })
  return (
    <div className="editor__fields">
      <Form.Item {...item('title')}>
        <Input maxLength={100} />
      </Form.Item>
      <Form.Item {...item('script', t('entry.hint_script'))}>
        <Input.TextArea autoSize={{ minRows: 2 }} maxLength={1000} showCount />
      </Form.Item>
      <Form.Item {...item('answer', t('entry.hint_answer'))}>
        <Input.TextArea autoSize={{ minRows: 6 }} />
      </Form.Item>
      <Form.Item {...item('variants', t('entry.hint_variants'))}>
        <Input.TextArea autoSize={{ minRows: 3 }} />
      </Form.Item>
      <ClassificationFields tree={tree} item={item} />
      <div className="editor__row">
        <Form.Item {...item('audiences')}>
          <Select mode="multiple" options={AUDIENCES.map((value) => ({ value, label: t(`audience.${value}`) }))} />
        </Form.Item>
        <Form.Item {...item('region', t('entry.hint_region'))}>
          <Input maxLength={32} />
        </Form.Item>
        <Form.Item {...item('owner')}>
          <Input maxLength={100} />
        </Form.Item>
      </div>
      <div className="editor__row">
        {(['valid_from', 'valid_until', 'reviewed_on'] as const).map((name) => (
          <Form.Item key={name} {...item(name)}>
            <Input type="date" />
          </Form.Item>
        ))}
      </div>
      <SourceFields />
      <Form.Item {...item('change_note', t('entry.hint_change_note'))}>
        <Input maxLength={500} />
      </Form.Item>
    </div>
  )
}

type ItemProps = (name: FieldName, hint?: string) => object

function ClassificationFields({ tree, item }: { tree: CategoryTree; item: ItemProps }) {
  const { t } = useTranslation()
  const name = useName()
  const form = Form.useFormInstance<FormValues>()
  const sector = Form.useWatch('sector', form) as string | undefined
  const groups = tree.sectors
    .filter((node) => node.code === null || node.code === sector)
    .flatMap((node) => node.groups)
    .map((group) => ({
      label: name(group),
      options: group.situations.map((situation) => ({ value: situation.code, label: name(situation) })),
    }))
  return (
    <>
      <div className="editor__row">
        <Form.Item {...item('sector')}>
          <Select
            options={[
              { value: EVERY_SECTOR, label: t('sector.every') },
              ...SECTORS.map((value) => ({ value, label: t(`sector.${value}`) })),
            ]}
          />
        </Form.Item>
        <Form.Item {...item('situation')}>
          <Select showSearch={{ optionFilterProp: 'label' }} options={groups} />
        </Form.Item>
        <Form.Item {...item('business_type')}>
          <Select options={tree.business_types.map((type) => ({ value: type.code, label: name(type) }))} />
        </Form.Item>
      </div>
      <div className="editor__row editor__row--two">
        <Form.Item {...item('idea')}>
          <Input maxLength={100} />
        </Form.Item>
        <Form.Item {...item('means')}>
          <Input maxLength={100} />
        </Form.Item>
      </div>
    </>
  )
}
