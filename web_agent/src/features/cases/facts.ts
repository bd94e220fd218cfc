import type { CaseDetail } from '@/api/types'

/** What is known about a case, each thing once: packs name the device or the place again among the facts. */
export function factsOf(
  item: Pick<CaseDetail, 'area' | 'equipment' | 'facts'>,
  labels: { area: string; equipment: string },
): [name: string, value: string][] {
  const own: [string, string][] = [
    [labels.area, item.area],
    [labels.equipment, item.equipment],
  ]
  const shown = new Set([item.area, item.equipment])
  const others = Object.entries(item.facts).filter(([, value]) => !shown.has(value))
  return [...own, ...others].filter(([, value]) => value !== '')
}
