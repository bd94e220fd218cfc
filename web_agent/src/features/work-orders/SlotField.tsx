import type { VisitSlots } from '@/api/types'
import { useTranslation } from '@/i18n/useTranslation'
import { localTime } from '@/ui/format'

interface SlotFieldProps {
  slots: VisitSlots
  value: string
  /** What the empty choice means. */
  empty: string
  onChange: (startsAt: string) => void
}

/** The times at which a crew can come; those that are full cannot be chosen. */
export function SlotField({ slots, value, empty, onChange }: SlotFieldProps) {
  const { t } = useTranslation()
  return (
    <label className="field">
      <span className="field__label">{t('visits.time')}</span>
      <select
        className="input"
        value={value}
        onChange={(event) => {
          onChange(event.target.value)
        }}
      >
        <option value="">{empty}</option>
        {slots.items.map((slot) => (
          <option key={slot.starts_at} value={slot.starts_at} disabled={slot.free === 0}>
            {spanText(slot.starts_at, slot.ends_at)} ·{' '}
            {slot.free === 0 ? t('visits.full') : t('visits.free', { count: slot.free })}
          </option>
        ))}
      </select>
    </label>
  )
}

/** A span of a day as people write it: `12-01 09:00–11:00`. */
export const spanText = (startsAt: string, endsAt: string): string =>
  `${localTime(startsAt).slice(5, 16)}–${localTime(endsAt).slice(11, 16)}`
