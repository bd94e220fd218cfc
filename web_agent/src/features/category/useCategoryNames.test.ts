import { expect, it } from 'vitest'

import { TREE } from '../../../tests/support/knowledge'
import { englishPath } from './useCategoryNames'

it('names sector, group and situation in English and leaves what curators wrote', () => {
  const path = ['供电', '停电', '一户停电', '先分清户内还是户外故障']
  expect(englishPath(TREE, path)).toEqual(['Power', 'Outage', 'One household', '先分清户内还是户外故障'])
})

it('leaves a path whose situation the taxonomy no longer has', () => {
  expect(englishPath(TREE, ['供电', '停电', '已经删除'])).toEqual(['供电', '停电', '已经删除'])
})
