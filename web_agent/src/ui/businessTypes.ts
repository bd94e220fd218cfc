/** Business types of 95598, in the order that people choose from. */
export const BUSINESS_TYPES = [
  'fault',
  'application',
  'enquiry',
  'complaint',
  'report',
  'suggestion',
  'opinion',
  'praise',
] as const
export type BusinessType = (typeof BUSINESS_TYPES)[number]
