import type { CategoryRanking, ChoosableSituation } from '@/api/types'

import type { CategoryNames } from './useCategoryNames'

/** One line to pick from: a ranked category, or a situation with the chosen business type. */
export interface CategoryOption {
  categoryId: string
  businessType: string
  situation: ChoosableName
  probability: number | null
}

export interface ChoosableName {
  zh: string
  en: string
  path: readonly string[]
}

/** What is ranked first, then what was found; each category once. */
export function optionsOf(
  ranking: CategoryRanking | null,
  found: readonly ChoosableSituation[],
  businessType: string,
  isTyped: boolean,
  names: (category: CategoryRanking['categories'][number]) => CategoryNames,
): CategoryOption[] {
  const ranked = isTyped ? [] : (ranking?.categories ?? [])
  const options: CategoryOption[] = ranked.map((category) => ({
    categoryId: category.category_id,
    businessType: category.business_type,
    situation: { zh: names(category).situation, en: names(category).situation, path: names(category).path },
    probability: category.probability,
  }))
  const known = new Set(options.map((option) => option.categoryId))
  for (const situation of found) {
    const categoryId = `${businessType}/${situation.code}`
    if (known.has(categoryId)) continue
    options.push({
      categoryId,
      businessType,
      situation: { zh: situation.name_zh, en: situation.name_en, path: situation.path },
      probability: null,
    })
  }
  return options
}
