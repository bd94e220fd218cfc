import type { FileSettings, ImportSettings } from '@/api/types'

export const DEFAULT_SETTINGS: ImportSettings = {
  sector: null,
  region: null,
  situation: 'general.reference.procedure',
  business_type: 'enquiry',
  audiences: ['agent'],
  valid_from: null,
  valid_until: null,
  owner: '',
  mode: 'publish',
  retires_gone: true,
}

/** What one file may have of its own. */
export function fileSettingsOf(settings: ImportSettings): FileSettings {
  const { sector, region, situation, business_type, audiences, valid_from, valid_until, owner } = settings
  return { sector, region, situation, business_type, audiences, valid_from, valid_until, owner } as FileSettings
}

export const isSame = (left: unknown, right: unknown): boolean => JSON.stringify(left) === JSON.stringify(right)
