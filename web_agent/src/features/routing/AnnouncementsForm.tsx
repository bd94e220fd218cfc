import { useQuery } from '@tanstack/react-query'

import { announcementQuery } from '@/api/queries/routing'
import type { RoutingAnnouncements } from '@/api/types'
import { useTranslation } from '@/i18n/useTranslation'

import { Check } from './Check'
import { Count } from './Choices'

interface AnnouncementsFormProps {
  value: RoutingAnnouncements
  isReadOnly: boolean
  onChange: (value: RoutingAnnouncements) => void
}

const TIMES = [
  ['first_seconds', 'announcements_first', 5, 300],
  ['every_seconds', 'announcements_every', 15, 600],
] as const
const CONTENTS = ['says_place', 'says_wait', 'says_notices', 'offers_callback', 'offers_message'] as const

/** What waiting callers hear between the music, when, and in which words. */
export function AnnouncementsForm({ value, isReadOnly, onChange }: AnnouncementsFormProps) {
  const { t } = useTranslation()
  const change = (part: Partial<RoutingAnnouncements>) => {
    onChange({ ...value, ...part })
  }
  return (
    <fieldset className="routing__announcements">
      <legend className="field__label">{t('routing.announcements')}</legend>
      <Check
        label={t('routing.announcements_on')}
        isChecked={value.is_on}
        isDisabled={isReadOnly}
        onChange={(is_on) => {
          change({ is_on })
        }}
      />
      {value.is_on && (
        <>
          <div className="routing__times">
            {TIMES.map(([name, label, least, most]) => (
              <div key={name} className="field">
                <span className="field__label" aria-hidden="true">
                  {t(`routing.${label}`)}
                </span>
                <Count
                  label={t(`routing.${label}`)}
                  value={value[name]}
                  least={least}
                  most={most}
                  isReadOnly={isReadOnly}
                  onChange={(seconds) => {
                    change({ [name]: seconds })
                  }}
                />
              </div>
            ))}
          </div>
          {CONTENTS.map((name) => (
            <Check
              key={name}
              label={t(`routing.${name}`)}
              isChecked={value[name]}
              isDisabled={isReadOnly}
              onChange={(isSaid) => {
                change({ [name]: isSaid })
              }}
            />
          ))}
          <Heard announcements={value} />
        </>
      )}
    </fieldset>
  )
}

function Heard({ announcements }: { announcements: RoutingAnnouncements }) {
  const { t } = useTranslation()
  const heard = useQuery(announcementQuery(announcements))
  return (
    <div className="routing__heard">
      <span className="field__hint">{t('routing.announcements_heard')}</span>
      {heard.isError ? (
        <p className="field__hint">{t('routing.announcements_failed')}</p>
      ) : (
        <p lang="zh-CN">{heard.data?.texts.join('')}</p>
      )}
    </div>
  )
}
