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
export function scenarioOf(around: Around): Record<string, unknown> {
  return {
    hours: around.hours,
    waiting: around.waiting,
    caller: around.isKnown ? CALLER : '13900000000',
    account: around.isKnown ? ACCOUNT : '',
    world: {
      accounts: { [ACCOUNT]: { phones: [CALLER] } },
      orders: { [CALLER]: { number: '20261129000012', state: '已派发', since: '11月30日' } },
      outages: { 人民路: { area: '人民路', reason: '线路检修', until: '18:30' } },
      down: around.isDown ? ['account', 'bill', 'arrears', 'balance', 'progress', 'outage', 'package'] : [],
    },
  }
}
