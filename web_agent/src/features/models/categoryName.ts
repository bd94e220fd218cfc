import type { CategoryTree } from '@/api/types'

/** A category as people call it: business type, sector and situation; its code where the taxonomy no longer has it. */
export function categoryName(tree: CategoryTree | undefined, categoryId: string, language: string): string {
  const [typeCode, situationCode] = categoryId.split('/')
  const called = (node: { name_zh: string; name_en: string }) => (language === 'en' ? node.name_en : node.name_zh)
  const type = tree?.business_types.find((node) => node.code === typeCode)
  for (const sector of tree?.sectors ?? []) {
    for (const group of sector.groups) {
      const situation = group.situations.find((node) => node.code === situationCode)
      if (situation !== undefined && type !== undefined) {
        return [type, sector, situation].map(called).join(' · ')
      }
    }
  }
  return categoryId
}
