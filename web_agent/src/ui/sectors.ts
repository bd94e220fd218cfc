import type { TFunction } from 'i18next'

export const SECTORS = ['power', 'heating', 'water', 'gas', 'tv'] as const
export type Sector = (typeof SECTORS)[number]

export function sectorText(t: TFunction, code: string): string {
  const sector = SECTORS.find((known) => known === code)
  return sector === undefined ? code : t(`sector.${sector}`)
}
