/** Situations of the taxonomy (kb/taxonomy) where life or property is at risk and the safety script comes first. */
const DANGEROUS: ReadonlySet<string> = new Set([
  'gas.safety.leak',
  'gas.safety.co',
  'gas.safety.hazard',
  'power.facility.hazard',
  'water.leak.burst',
  'heating.leak.network',
])

export const isDangerous = (situation: string): boolean => DANGEROUS.has(situation)
