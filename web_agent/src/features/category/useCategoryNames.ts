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
  const tree = useEnglishTree()
  return (category) => (tree === undefined ? namesInPath(category) : englishNames(tree, category))
}

/** The Chinese names of a path, sector first, in the language of the page as far as the taxonomy names them. */
export function usePathNames(): (path: readonly string[]) => readonly string[] {
  const tree = useEnglishTree()
  return (path) => (tree === undefined ? path : englishPath(tree, path))
}

/** The taxonomy where the page is in English and it has come; a Chinese page needs none. */
function useEnglishTree(): CategoryTree | undefined {
  const { i18n } = useTranslation()
  const isEnglish = i18n.language === 'en'
  const tree = useQuery({ ...categoriesQuery, enabled: isEnglish }).data
  return isEnglish ? tree : undefined
}

/** Sector, group and situation in English; what hangs below them is what a curator wrote and stays as it is. */
export function englishPath(tree: CategoryTree, path: readonly string[]): readonly string[] {
  const sector = tree.sectors.find((node) => node.name_zh === path[0])
  const group = sector?.groups.find((node) => node.name_zh === path[1])
  const situation = group?.situations.find((node) => node.name_zh === path[2])
  if (sector === undefined || group === undefined || situation === undefined) return path
  return [sector.name_en, group.name_en, situation.name_en, ...path.slice(3)]
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
