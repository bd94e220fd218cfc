import { useQuery } from '@tanstack/react-query'

import { colleaguesQuery, useRemoveMember } from '@/api/queries/telephony'
import type { ConferenceMember, TelephoneView } from '@/api/types'
import { useTranslation } from '@/i18n/useTranslation'
import { Button } from '@/ui/Button'

interface ConferenceProps {
  members: readonly ConferenceMember[]
  view: TelephoneView
  onFailure: (error: unknown) => void
}

/** Who is in the conference, or is being called into it; whoever was called in can be taken out again. */
export function Conference({ members, view, onFailure }: ConferenceProps) {
  const { t } = useTranslation()
  const colleagues = useQuery(colleaguesQuery)
  const remove = useRemoveMember()
  const nameOf = ({ role, number }: ConferenceMember): string => {
    if (number === view.extension) return t('phone.member_self')
    const known = colleagues.data?.items.find(({ extension }) => role === 'agent' && extension === number)
    const name = known?.name ?? (number || t('phone.withheld'))
    return role === 'customer' ? t('phone.member_customer', { number: name }) : name
  }
  return (
    <div className="phone__conference" role="group" aria-label={t('phone.conference')}>
      <strong>{t('phone.conference')}</strong>
      <ul className="phone__members">
        {members.map((member) => (
          <li key={member.leg_id} className="phone__member">
            <span>{nameOf(member)}</span>
            {member.state === 'ringing' && <span className="tag">{t('phone.member_ringing')}</span>}
            {member.can_be_removed && (
              <Button
                isSmall
                aria-label={t('phone.remove_named', { name: nameOf(member) })}
                disabled={remove.isPending}
                onClick={() => {
                  remove.mutate(member.leg_id, { onError: onFailure })
                }}
              >
                {t('phone.remove')}
              </Button>
            )}
          </li>
        ))}
      </ul>
    </div>
  )
}
