import { useTranslation } from '@/i18n/useTranslation'
import { Link, useNavigate } from 'react-router'

import { asProblem } from '@/api/problem'
import { useDeleteCase } from '@/api/queries/cases'
import type { CaseDetail } from '@/api/types'
import { usePermission } from '@/features/session/useSession'
import { problemText } from '@/i18n/problemText'
import { Button } from '@/ui/Button'
import { ConfirmButton } from '@/ui/ConfirmButton'
import { Kbd } from '@/ui/Kbd'
import { useShortcut } from '@/ui/shortcuts'

import { entrySeed } from './promotion'

/** What a curator can do with a case. */
export function CaseDeeds({ item, search }: { item: CaseDetail; search: string }) {
  const canKeep = usePermission('cases.edit')
  const canWrite = usePermission('knowledge.edit')
  return (
    <span className="browser__actions">
      {canKeep && <Delete item={item} search={search} />}
      {canWrite && <Promote item={item} />}
      {canKeep && <Edit caseId={item.id} />}
    </span>
  )
}

function Edit({ caseId }: { caseId: string }) {
  const { t } = useTranslation()
  const navigate = useNavigate()
  const address = `/cases/${caseId}/edit`
  useShortcut({ chord: 'E', group: 'lists', label: t('cases.edit'), run: () => void navigate(address) })
  return (
    <Link className="button button--small" to={address} aria-keyshortcuts="E">
      {t('cases.edit')}
      <Kbd chord="E" />
    </Link>
  )
}

/** The case as the first draft of an entry; nothing is published before the editor is saved. */
function Promote({ item }: { item: CaseDetail }) {
  const { t } = useTranslation()
  const navigate = useNavigate()
  const run = () => {
    void navigate('/knowledge/new', {
      state: { seed: entrySeed(item, t('cases.promoted_note', { title: item.title })) },
    })
  }
  useShortcut({ chord: 'P', group: 'lists', label: t('cases.promote'), run })
  return (
    <Button isSmall chord="P" onClick={run}>
      {t('cases.promote')}
    </Button>
  )
}

function Delete({ item, search }: { item: CaseDetail; search: string }) {
  const { t } = useTranslation()
  const navigate = useNavigate()
  const remove = useDeleteCase()
  return (
    <ConfirmButton
      question={t('cases.delete_sure')}
      confirmLabel={t('cases.delete_yes')}
      error={remove.isError ? problemText(t, asProblem(remove.error)) : null}
      isPending={remove.isPending}
      onConfirm={() => {
        remove.mutate(
          { caseId: item.id, version: item.version },
          { onSuccess: () => void navigate({ pathname: '/cases', search }) },
        )
      }}
    >
      {t('cases.delete')}
    </ConfirmButton>
  )
}
