import { useQuery } from '@tanstack/react-query'

import { decideSkill, skillsQuery, useSkillsChanged } from '@/api/queries/training'
import type { SkillView } from '@/api/types'
import { usePermission } from '@/features/session/useSession'
import { problemText } from '@/i18n/problemText'
import { useTranslation } from '@/i18n/useTranslation'
import { Button } from '@/ui/Button'
import { ConfirmButton } from '@/ui/ConfirmButton'
import { DataTable } from '@/ui/DataTable'
import { localTime } from '@/ui/format'
import { ListPage } from '@/ui/ListPage'
import { Banner, Empty, Failure, Loading } from '@/ui/states'
import { useSaving } from '@/ui/useSaving'

/** Skills that passed exams propose; a supervisor confirms or declines each. */
export function SkillsPage() {
  const { t } = useTranslation()
  const skills = useQuery(skillsQuery)
  const changed = useSkillsChanged()
  const canDecide = usePermission('skills.confirm')
  const deciding = useSaving(decideSkill, { onSaved: () => void changed(), onRefused: () => changed() })
  const decision = (row: SkillView) =>
    row.state !== 'open' || !canDecide ? (
      <>
        {t(`skills.state_${row.state}`)}{' '}
        {row.state === 'confirmed' && canDecide && (
          <ConfirmButton
            question={t('skills.take_back_question')}
            confirmLabel={t('skills.take_back')}
            aria-label={t('skills.take_back_named', { name: row.account_name, skill: row.skill })}
            isPending={deciding.isPending}
            onConfirm={() => {
              deciding.save({ id: row.id, isConfirmed: false })
            }}
          >
            {t('skills.take_back')}
          </ConfirmButton>
        )}
      </>
    ) : (
      <>
        {([true, false] as const).map((isConfirmed) => (
          <Button
            key={String(isConfirmed)}
            isSmall
            disabled={deciding.isPending}
            aria-label={t(isConfirmed ? 'skills.confirm_named' : 'skills.decline_named', {
              name: row.account_name,
              skill: row.skill,
            })}
            onClick={() => {
              deciding.save({ id: row.id, isConfirmed })
            }}
          >
            {t(isConfirmed ? 'skills.confirm' : 'skills.decline')}
          </Button>
        ))}
      </>
    )
  return (
    <ListPage title={t('skills.title')}>
      <p className="field__hint lesson__bar">{t('skills.lead')}</p>
      {deciding.problem !== null && <Banner tone="problem">{problemText(t, deciding.problem)}</Banner>}
      {skills.isPending && <Loading />}
      {skills.isError && <Failure error={skills.error} onRetry={skills.refetch} />}
      {skills.data?.items.length === 0 && <Empty title={t('skills.none')} hint={t('skills.none_hint')} />}
      {skills.data !== undefined && skills.data.items.length > 0 && (
        <DataTable
          caption={t('skills.title')}
          columns={[
            { key: 'name', title: t('skills.person'), render: (row) => row.account_name },
            { key: 'skill', title: t('skills.skill'), isMain: true, render: (row) => row.skill },
            { key: 'exam', title: t('skills.exam'), render: (row) => row.lesson_title },
            { key: 'score', title: t('skills.score'), isNumber: true, render: (row) => row.score ?? '–' },
            { key: 'at', title: t('skills.passed_at'), render: (row) => localTime(row.created_at) },
            { key: 'state', title: t('skills.decision'), render: decision },
            { key: 'by', title: t('skills.by'), render: (row) => row.decided_by_name },
          ]}
          rows={skills.data.items}
          keyOf={(row) => row.id}
        />
      )}
    </ListPage>
  )
}
