import { useInfiniteQuery } from '@tanstack/react-query'
import { Table } from 'antd'
import type { TableColumnsType } from 'antd'
import { useDeferredValue } from 'react'
import { useTranslation } from '@/i18n/useTranslation'

import { asProblem } from '@/api/problem'
import type { WordFilter } from '@/api/queries/words'
import { useRemoveWords, wordsQuery } from '@/api/queries/words'
import type { WordGroup } from '@/api/types'
import { problemText } from '@/i18n/problemText'
import { Button } from '@/ui/Button'
import { ConfirmButton } from '@/ui/ConfirmButton'
import { localTime } from '@/ui/format'
import { sectorText } from '@/ui/sectors'
import { Banner, Empty, Failure, Loading } from '@/ui/states'

interface WordTableProps {
  filter: WordFilter
  canEdit: boolean
  onEdit: (group: WordGroup) => void
}

export function WordTable({ filter, canEdit, onEdit }: WordTableProps) {
  const { t } = useTranslation()
  const text = useDeferredValue((filter.text ?? '').trim())
  const words = useInfiniteQuery(wordsQuery({ ...filter, text: text === '' ? null : text }))
  if (words.isPending) return <Loading lines={10} />
  if (words.isError && words.data === undefined) return <Failure error={words.error} onRetry={words.refetch} />
  const groups = words.data.pages.flatMap((page) => page.items)
  const total = words.data.pages[0]?.total ?? 0
  if (groups.length === 0) return <Empty title={t('words.none')} hint={t('words.none_hint')} />
  return (
    <>
      <Groups groups={groups} canEdit={canEdit} onEdit={onEdit} />
      <p className="field__hint" role="status">
        {t('words.count', { shown: groups.length, total })}
      </p>
      {words.hasNextPage && (
        <Button className="more" disabled={words.isFetchingNextPage} onClick={() => words.fetchNextPage()}>
          {t('common.more')}
        </Button>
      )}
    </>
  )
}

function Groups({ groups, canEdit, onEdit }: { groups: WordGroup[] } & Omit<WordTableProps, 'filter'>) {
  const { t } = useTranslation()
  const remove = useRemoveWords()
  const columns: TableColumnsType<WordGroup> = [
    { key: 'words', title: t('words.words'), render: (_, group) => <Words group={group} /> },
    { key: 'use', title: t('words.use'), render: (_, group) => t(`words.use_${group.use}`) },
    {
      key: 'sector',
      title: t('words.sector'),
      render: (_, group) => (group.sector === null ? t('sector.every') : sectorText(t, group.sector)),
    },
    { key: 'note', dataIndex: 'note', title: t('words.note') },
    {
      key: 'changed',
      title: t('words.changed'),
      render: (_, group) =>
        group.origin === 'pack' ? t('words.shipped') : `${group.author} ${localTime(group.updated_at)}`,
    },
  ]
  if (canEdit)
    columns.push({
      key: 'deeds',
      title: t('words.deeds'),
      render: (_, group) => (
        <GroupDeeds
          group={group}
          onEdit={onEdit}
          onRemove={() => {
            remove.mutate(group.id)
          }}
        />
      ),
    })
  return (
    <>
      {remove.isError && <Banner tone="problem">{problemText(t, asProblem(remove.error))}</Banner>}
      <Table<WordGroup> rowKey="id" size="small" pagination={false} columns={columns} dataSource={groups} />
    </>
  )
}

/** The words of a one-way group read as a direction. */
function Words({ group }: { group: WordGroup }) {
  const { t } = useTranslation()
  const [first, ...others] = group.words
  const isOneWay = group.use === 'one_way'
  return (
    <span className="words__chips">
      <span className="tag tag--accent">{first}</span>
      {isOneWay && <span aria-label={t('words.also_finds')}>→</span>}
      {others.map((word) => (
        <span key={word} className="tag">
          {word}
        </span>
      ))}
    </span>
  )
}

interface GroupDeedsProps {
  group: WordGroup
  onEdit: (group: WordGroup) => void
  onRemove: () => void
}

function GroupDeeds({ group, onEdit, onRemove }: GroupDeedsProps) {
  const { t } = useTranslation()
  const name = group.words[0]
  return (
    <span className="words__chips">
      <Button
        isSmall
        aria-label={t('words.edit_named', { name })}
        onClick={() => {
          onEdit(group)
        }}
      >
        {t('words.edit')}
      </Button>
      <ConfirmButton
        aria-label={t('words.remove_named', { name })}
        question={t('words.remove_named', { name })}
        confirmLabel={t('words.remove')}
        onConfirm={onRemove}
      >
        {t('words.remove')}
      </ConfirmButton>
    </span>
  )
}
