import { useState } from 'react'

import type { RoutingHours } from '@/api/types'
import { useTranslation } from '@/i18n/useTranslation'
import { Button } from '@/ui/Button'
import { Empty } from '@/ui/states'

import { Check } from './Check'
import { Text } from './Choices'
import type { PanelProps } from './draft'
import { newHours, parseShifts, replaced, shiftsText, without } from './draft'

const WEEKDAYS = [0, 1, 2, 3, 4, 5, 6] as const

/** Opening hours: shifts of each weekday, holidays, single days that differ. */
export function HoursPanel({ draft, onChange, isReadOnly }: PanelProps) {
  const { t } = useTranslation()
  const set = (index: number, hours: RoutingHours) => {
    onChange({ ...draft, hours: replaced(draft.hours, index, hours) })
  }
  return (
    <>
      {draft.hours.length === 0 && <Empty title={t('routing.no_hours')} hint={t('routing.no_hours_hint')} />}
      <div className="routing__cards">
        {draft.hours.map((hours, index) => (
          <HoursForm
            key={index}
            hours={hours}
            isReadOnly={isReadOnly}
            onHours={(changed) => {
              set(index, changed)
            }}
            onRemove={() => {
              onChange({ ...draft, hours: without(draft.hours, index) })
            }}
          />
        ))}
      </div>
      <Button
        disabled={isReadOnly}
        onClick={() => {
          onChange({ ...draft, hours: [...draft.hours, newHours(draft)] })
        }}
      >
        {t('routing.add_hours')}
      </Button>
    </>
  )
}

interface HoursFormProps {
  hours: RoutingHours
  isReadOnly: boolean
  onHours: (hours: RoutingHours) => void
  onRemove: () => void
}

function HoursForm({ hours, isReadOnly, onHours, onRemove }: HoursFormProps) {
  const { t } = useTranslation()
  const title = hours.title || hours.name
  return (
    <section className="panel routing__form" aria-label={title}>
      <div className="panel__head">
        <Text
          label={t('routing.name')}
          value={hours.title}
          placeholder={hours.name}
          isReadOnly={isReadOnly}
          onChange={(text) => {
            onHours({ ...hours, title: text })
          }}
        />
        <Button
          isSmall
          tone="quiet"
          disabled={isReadOnly}
          aria-label={t('routing.remove_named', { name: title })}
          onClick={onRemove}
        >
          {t('routing.remove')}
        </Button>
      </div>
      <div className="routing__week">
        {WEEKDAYS.map((weekday) => (
          <ShiftsField
            key={weekday}
            label={t(`routing.weekday_${weekday}`)}
            shifts={hours.week[weekday] ?? []}
            isReadOnly={isReadOnly}
            onShifts={(shifts) => {
              onHours({ ...hours, week: replaced(hours.week, weekday, shifts) })
            }}
          />
        ))}
      </div>
      <Check
        label={t('routing.keeps_holidays')}
        isChecked={hours.keeps_holidays}
        isDisabled={isReadOnly}
        onChange={(keeps_holidays) => {
          onHours({ ...hours, keeps_holidays })
        }}
      />
      <SpecialDays hours={hours} isReadOnly={isReadOnly} onHours={onHours} />
    </section>
  )
}

function SpecialDays({ hours, isReadOnly, onHours }: Omit<HoursFormProps, 'onRemove'>) {
  const { t } = useTranslation()
  const [day, setDay] = useState('')
  const days = hours.special_days
  return (
    <div className="routing__week">
      {days.map((special, index) => (
        <div key={special.day} className="routing__special">
          <ShiftsField
            label={special.day}
            shifts={special.shifts}
            isReadOnly={isReadOnly}
            onShifts={(shifts) => {
              onHours({ ...hours, special_days: replaced(days, index, { ...special, shifts }) })
            }}
          />
          <Button
            isSmall
            tone="quiet"
            disabled={isReadOnly}
            aria-label={t('routing.remove_named', { name: special.day })}
            onClick={() => {
              onHours({ ...hours, special_days: without(days, index) })
            }}
          >
            {t('routing.remove')}
          </Button>
        </div>
      ))}
      <div className="routing__special">
        <input
          className="input"
          type="date"
          aria-label={t('routing.special_day')}
          disabled={isReadOnly}
          value={day}
          onChange={(event) => {
            setDay(event.target.value)
          }}
        />
        <Button
          isSmall
          disabled={isReadOnly || day === '' || days.some((special) => special.day === day)}
          onClick={() => {
            onHours({
              ...hours,
              special_days: [...days, { day, shifts: [] }].toSorted((a, b) => a.day.localeCompare(b.day)),
            })
            setDay('')
          }}
        >
          {t('routing.add_special_day')}
        </Button>
      </div>
    </div>
  )
}

interface ShiftsFieldProps {
  label: string
  shifts: readonly { start: string; end: string }[]
  isReadOnly: boolean
  onShifts: (shifts: { start: string; end: string }[]) => void
}

/** Shifts of a day as a text; what cannot be read is said and changes nothing. */
function ShiftsField({ label, shifts, isReadOnly, onShifts }: ShiftsFieldProps) {
  const { t } = useTranslation()
  const [text, setText] = useState<string | null>(null)
  const isWrong = text !== null && parseShifts(text) === null
  return (
    <label className="routing__shift">
      <span>{label}</span>
      <input
        className="input"
        disabled={isReadOnly}
        aria-invalid={isWrong}
        placeholder={t('routing.closed_day')}
        value={text ?? shiftsText(shifts)}
        onChange={(event) => {
          setText(event.target.value)
          const parsed = parseShifts(event.target.value)
          if (parsed !== null) onShifts(parsed)
        }}
        onBlur={() => {
          if (!isWrong) setText(null)
        }}
      />
      {isWrong && (
        <span className="field__error" role="alert">
          {t('routing.shifts_wrong')}
        </span>
      )}
    </label>
  )
}
