import { useQuery } from '@tanstack/react-query'
import { useTranslation } from '@/i18n/useTranslation'

import { categoriesQuery } from '@/api/queries/knowledge'
import type { CategoryTree, RankedCategory } from '@/api/types'

/** A category with its Chinese path, ranked or chosen. */
export type NamedCategory = Pick<RankedCategory, 'business_type' | 'situation' | 'path'>

export interface CategoryNames {
  businessType: string
  situation: string
  /** Sector, group, situation. */
  path: string[]
}

/** Names of a ranked category. They come in Chinese; other languages take them from the taxonomy, by code. */
export function useCategoryNames(): (category: NamedCategory) => CategoryNames {
  const { i18n } = useTranslation()
  const isForeign = i18n.language === 'en'
  const tree = useQuery({ ...categoriesQuery, enabled: isForeign }).data
  return (category) => (isForeign && tree !== undefined ? englishNames(tree, category) : namesInPath(category))
}

export function namesInPath({ path }: NamedCategory): CategoryNames {
  return { businessType: path[0] ?? '', situation: path.at(-1) ?? '', path: path.slice(1) }
}

export function englishNames(tree: CategoryTree, category: NamedCategory): CategoryNames {
  const type = tree.business_types.find((node) => node.code === category.business_type)
  for (const sector of tree.sectors) {
    for (const group of sector.groups) {
      const found = group.situations.find((node) => node.code === category.situation)
      if (found !== undefined && type !== undefined) {
        return {
          businessType: type.name_en,
          situation: found.name_en,
          path: [sector.name_en, group.name_en, found.name_en],
        }
      }
    }
  }
  return namesInPath(category)
}
