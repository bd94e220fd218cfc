import type { Translate } from '@/i18n/useTranslation'

export const SECTORS = ['power', 'heating', 'water', 'gas', 'tv'] as const
export type Sector = (typeof SECTORS)[number]

export function sectorText(t: Translate, code: string): string {
  const sector = SECTORS.find((known) => known === code)
  return sector === undefined ? code : t(`sector.${sector}`)
}
