/** Fields of a work order that a caller's turn may give, in the order of the form. */
export const FIELDS = [
  'name',
  'phone',
  'account_number',
  'meter_number',
  'address',
  'meter_reading',
  'occurred_at',
  'callback_at',
  'amount',
  'symptom',
  'appliance',
] as const
