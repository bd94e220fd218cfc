import type { Translate } from '@/i18n/useTranslation'

export const HOURS = ['working', 'closed', 'holiday'] as const
export const ACCOUNT = '3205819001'
const CALLER = '13800138000'

/** Circumstances of a simulated call. */
export interface Around {
  hours: (typeof HOURS)[number]
  waiting: number
  isKnown: boolean
  isDown: boolean
}

/** The scenario that the server plays: whose number it is, and what systems answer. */
export function scenarioOf(around: Around, t: Translate): Record<string, unknown> {
  const street = t('ivr.trial_street')
  return {
    hours: around.hours,
    waiting: around.waiting,
    caller: around.isKnown ? CALLER : '13900000000',
    account: around.isKnown ? ACCOUNT : '',
    world: {
      accounts: { [ACCOUNT]: { phones: [CALLER] } },
      orders: {
        [CALLER]: { number: '20261129000012', state: t('ivr.trial_order_state'), since: t('ivr.trial_order_since') },
      },
      outages: { [street]: { area: street, text: t('ivr.trial_outage_reason'), until: '18:30' } },
      down: around.isDown
        ? ['account', 'bill', 'arrears', 'balance', 'progress', 'outage', 'package', 'self_service']
        : [],
    },
  }
}
