import { useState } from 'react'
import { useTranslation } from '@/i18n/useTranslation'

import { Problem } from '@/api/problem'
import type { Consent } from '@/api/queries/knowledge'
import type { ImportDetail } from '@/api/types'
import { DropPanel } from '@/features/knowledge-tests/DropPanel'
import { codeText } from '@/i18n/problemText'
import { Banner } from '@/ui/states'

interface TestRefusalProps {
  detail: ImportDetail
  isPending: boolean
  onPublish: (consent: Consent) => void
}

/** Why the last publication came to nothing: it stopped halfway, or the test questions did not let it pass. */
export function TestRefusal({ detail, isPending, onPublish }: TestRefusalProps) {
  const { t } = useTranslation()
  const [isPutOff, setPutOff] = useState(false)
  if (detail.failure === null) return null
  if (detail.test_refusal === null) {
    const reason = codeText(t, detail.failure, detail.failure)
    return <Banner tone="waiting">{t('import.stopped', { reason })}</Banner>
  }
  if (isPutOff) return <Banner tone="waiting">{t('import.put_off')}</Banner>
  const { policy, report } = detail.test_refusal
  const problem = new Problem(409, detail.failure, '', null, [], { policy, report, count: report?.drops })
  return (
    <DropPanel
      problem={problem}
      stayLabel={t('import.not_yet')}
      hint={t('import.drop_fix')}
      isPending={isPending}
      onPublish={onPublish}
      onStay={() => {
        setPutOff(true)
      }}
    />
  )
}
