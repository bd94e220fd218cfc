import { useQuery } from '@tanstack/react-query'
import { Tree } from 'antd'
import type { TreeDataNode } from 'antd'
import { useMemo } from 'react'
import { useTranslation } from '@/i18n/useTranslation'
import { Link } from 'react-router'

import { categoriesQuery } from '@/api/queries/knowledge'
import type { SectorNode } from '@/api/types'
import { AntdProvider } from '@/ui/AntdProvider'
import { Failure, Loading } from '@/ui/states'

import { useName } from '@/i18n/useName'

/** A place in the classification; a group of situations counts as a situation. */
export interface Place {
  sector: string | null
  situation: string | null
}

interface CategoryTreeProps {
  place: Place
  onChange: (place: Place) => void
}

const ROOT = 'all'
const ALL_SECTORS = 'sector:'

export function CategoryTree({ place, onChange }: CategoryTreeProps) {
  const { t } = useTranslation()
  const name = useName()
  const tree = useQuery(categoriesQuery)
  const nodes = useMemo(
    () => (tree.data === undefined ? [] : [rootNode(t('knowledge.all'), tree.data.sectors, name)]),
    [tree.data, name, t],
  )
  return (
    <nav className="panel browser__tree" aria-label={t('knowledge.tree')}>
      <div className="panel__head">
        <h1 className="panel__title">{t('knowledge.nav')}</h1>
        <Link className="browser__actions" to="/knowledge/words">
          {t('words.title')}
        </Link>
      </div>
      {tree.isPending && <Loading lines={10} />}
      {tree.isError && <Failure error={tree.error} onRetry={tree.refetch} />}
      {tree.data !== undefined && (
        <AntdProvider>
          <Tree.DirectoryTree
            showIcon={false}
            expandAction="doubleClick"
            treeData={nodes}
            defaultExpandedKeys={[ROOT]}
            selectedKeys={[place.situation ?? (place.sector === null ? ROOT : `${ALL_SECTORS}${place.sector}`)]}
            onSelect={([key]) => {
              onChange(placeOf(String(key), tree.data.sectors))
            }}
          />
        </AntdProvider>
      )}
    </nav>
  )
}

type Namer = ReturnType<typeof useName>

function rootNode(label: string, sectors: readonly SectorNode[], name: Namer): TreeDataNode {
  return { key: ROOT, title: label, children: sectors.map((sector) => sectorNode(sector, name)) }
}

function sectorNode(sector: SectorNode, name: Namer): TreeDataNode {
  const children = sector.groups.map((group) => ({
    key: group.code,
    title: name(group),
    children: group.situations.map((situation) => ({
      key: situation.code,
      title: `${name(situation)} ${situation.entry_count > 0 ? situation.entry_count : ''}`,
      isLeaf: true,
    })),
  }))
  return { key: `${ALL_SECTORS}${sector.code ?? ''}`, title: name(sector), children }
}

export function placeOf(key: string, sectors: readonly SectorNode[]): Place {
  if (key === ROOT) return { sector: null, situation: null }
  if (key.startsWith(ALL_SECTORS)) return { sector: key.slice(ALL_SECTORS.length) || null, situation: null }
  const sector = sectors.find((node) =>
    node.groups.some((group) => group.code === key || group.situations.some((situation) => situation.code === key)),
  )
  return { sector: sector?.code ?? null, situation: key }
}
