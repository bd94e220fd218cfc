import { useQueries } from '@tanstack/react-query'
import { Form, Input, Select } from 'antd'
import { useTranslation } from '@/i18n/useTranslation'

import { entryQuery } from '@/api/queries/knowledge'
import type { CategoryTree, OfferedEntry } from '@/api/types'
import { useName } from '@/i18n/useName'
import { outcomeText } from '@/features/suggestions/CaseList'
import { SECTORS } from '@/ui/sectors'

import type { CaseFieldName, CaseValues } from './caseDraft'
import { OUTCOMES } from './caseDraft'

/** All fields of a case: what it was, what is known, what helped, how it ended. */
export function CaseFields({ tree, offered }: { tree: CategoryTree; offered: readonly OfferedEntry[] }) {
  const { t } = useTranslation()
  const item = (name: CaseFieldName, hint?: string) => ({
    name,
    label: t(`cases.field_${name}`),
    ...(hint !== undefined && { extra: hint }),
  })
  return (
    <div className="editor__fields">
      <Form.Item {...item('title')}>
        <Input maxLength={100} />
      </Form.Item>
      <Form.Item {...item('problem', t('cases.hint_problem'))}>
        <Input.TextArea autoSize={{ minRows: 3 }} />
      </Form.Item>
      <Form.Item {...item('facts', t('cases.hint_facts'))}>
        <Input.TextArea autoSize={{ minRows: 2 }} />
      </Form.Item>
      <Classification tree={tree} item={item} />
      <Form.Item {...item('solution', t('cases.hint_solution'))}>
        <Input.TextArea autoSize={{ minRows: 3 }} />
      </Form.Item>
      <div className="editor__row">
        <Form.Item {...item('outcome')}>
          <Select options={OUTCOMES.map((value) => ({ value, label: outcomeText(t, value) }))} />
        </Form.Item>
        <Form.Item {...item('occurred_on')}>
          <Input type="date" />
        </Form.Item>
        <Form.Item {...item('area')}>
          <Input maxLength={100} />
        </Form.Item>
      </div>
      <Form.Item {...item('equipment')}>
        <Input maxLength={100} />
      </Form.Item>
      <LinkedEntries offered={offered} item={item} />
    </div>
  )
}

type ItemProps = (name: CaseFieldName, hint?: string) => object

function Classification({ tree, item }: { tree: CategoryTree; item: ItemProps }) {
  const { t } = useTranslation()
  const name = useName()
  const form = Form.useFormInstance<CaseValues>()
  const sector = Form.useWatch('sector', form) as string | undefined
  const groups = tree.sectors
    .filter((node) => node.code === null || node.code === sector)
    .flatMap((node) => node.groups)
    .map((group) => ({
      label: name(group),
      options: group.situations.map((situation) => ({ value: situation.code, label: name(situation) })),
    }))
  return (
    <div className="editor__row">
      <Form.Item {...item('sector')}>
        <Select
          options={[
            { value: '', label: t('sector.every') },
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
  )
}

/** The entries the call showed, the used ones chosen; beside them those the case names already. */
function LinkedEntries({ offered, item }: { offered: readonly OfferedEntry[]; item: ItemProps }) {
  const { t } = useTranslation()
  const form = Form.useFormInstance<CaseValues>()
  const chosen = (Form.useWatch('entry_ids', form) as string[] | undefined) ?? []
  const others = chosen.filter((entryId) => offered.every((entry) => entry.entry_id !== entryId))
  const titles = useQueries({ queries: others.map((entryId) => entryQuery(entryId)) })
  const options = [
    ...offered.map((entry) => ({
      value: entry.entry_id,
      label: entry.is_used ? t('cases.entry_used', { title: entry.title }) : entry.title,
    })),
    ...others.map((entryId, index) => ({
      value: entryId,
      label: titles[index]?.data?.current.title ?? t('knowledge.entry'),
    })),
  ]
  return (
    <Form.Item {...item('entry_ids', t('cases.hint_entries'))}>
      <Select mode="multiple" options={options} showSearch={{ optionFilterProp: 'label' }} />
    </Form.Item>
  )
}
